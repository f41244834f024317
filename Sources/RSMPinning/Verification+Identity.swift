import RSMKernel
import SystemPackage

extension Verification {
  /// Whether tags can be seen: a process that has changed its user may not look at its own page map.
  var seesTags: Bool { pageMap != nil }

  /// Whether all of a tagged range is still the same memory, and present.
  func isIntact(_ range: PageRange) -> Bool {
    (try? pageMap?.isWhole(range)) == true
  }

  /// Whether a part of one VMA is tagged.
  func isTagged(_ part: PageRange) throws(Errno) -> Bool {
    try pageMap?.isTagged(at: part.start) == true
  }

  /// The parts of a tagged range that are other memory now: unmapped, replaced, or discarded under their lock.
  func lostParts(of range: PageRange) -> [PageRange] {
    var lost: [PageRange] = []
    var cursor = range.start
    try? maps.forEachArea(in: range) { part, _ throws(Errno) in
      if cursor < part.start { lost.append(joining: PageRange(start: cursor, end: part.start)) }
      let isLost = try isTagged(part) ? try isDiscarded(part) : true
      if isLost { lost.append(joining: part) }
      cursor = part.end
    }
    if cursor < range.end { lost.append(joining: PageRange(start: cursor, end: range.end)) }
    return lost
  }

  /// A locked page can be missing only because somebody has thrown it away (MADV_DONTNEED_LOCKED, a hole in its file).
  private func isDiscarded(_ part: PageRange) throws(Errno) -> Bool {
    guard try pageMap?.isPresent(part) == false, PageLock.state(of: part) == .locked else { return false }
    return try pageMap?.emptyPages(in: part) != 0
  }

  /// Checks that every page of `range` is mapped and may be read, or written.
  func verifyAccess(to range: PageRange, writing: Bool) throws(PinError) {
    var address = range.start
    while address < range.end {
      guard let area = try area(at: address) else { throw .badAddress(address, .unmapped) }
      guard writing ? area.isWritable : area.isReadable else { throw .badAddress(address, .forbidden) }
      address = area.range.end
    }
  }
}
