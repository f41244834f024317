import RSMKernel
import SystemPackage

/// The identity tags on pinned memory: by them a pin knows whether its pages are still the memory that was pinned.
struct IdentityTags: ~Copyable, Sendable {
  /// Taking a tag off costs a sixth of the lock for every page: larger ranges keep it for a while, since the same buffer is often
  /// pinned again.
  private static let promptPages: UInt = 32
  private static let deferredLimit = 8

  private let tag: MemoryTag
  private let pageMap: PageMap
  /// Tagged ranges that nobody pins any more, the oldest first.
  private var deferred: [PageRange] = []

  /// - Returns: nil where this process may not have a userfaultfd or not look at its own page map.
  init?() {
    guard let tag = try? MemoryTag(), let pageMap = try? PageMap(process: "self", closesInForkedChild: true) else {
      return nil
    }
    self.tag = tag
    self.pageMap = pageMap
    deferred.reserveCapacity(Self.deferredLimit + 1)
  }

  /// Tags `gaps`, memory that nobody has pinned yet, as far as the kernel lets it.
  ///
  /// - Returns: the parts that carry a tag now, ascending.
  mutating func put(on gaps: [PageRange], _ maps: borrowing ProcessMaps) -> [PageRange] {
    var tagged: [PageRange] = []
    for gap in gaps {
      settle(overlapping: gap)
      if (try? tag.put(on: gap)) != nil {
        tagged.append(joining: gap)
      } else {
        try? maps.forEachArea(in: gap) { part, _ in
          if (try? tag.put(on: part)) != nil { tagged.append(joining: part) }
        }
      }
    }
    return tagged
  }

  /// Whether all of a tagged range is still the same memory, and present.
  func isIntact(_ range: PageRange) -> Bool {
    (try? pageMap.isWhole(range)) == true
  }

  /// The parts of a tagged range that are other memory now: unmapped, replaced, or discarded under their lock.
  func lostParts(of range: PageRange, _ maps: borrowing ProcessMaps) -> [PageRange] {
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

  /// Whether a part of one VMA is tagged.
  func isTagged(_ part: PageRange) throws(Errno) -> Bool {
    try pageMap.isTagged(at: part.start)
  }

  /// A locked page can be missing only because somebody has thrown it away (MADV_DONTNEED_LOCKED, a hole in its file).
  private func isDiscarded(_ part: PageRange) throws(Errno) -> Bool {
    guard try !pageMap.isPresent(part), PageLock.state(of: part) == .locked else { return false }
    return try pageMap.count(.present, in: part) + pageMap.count(.swapped, in: part) < part.pageCount
  }

  /// Takes the tag off memory that nobody pins any more, at once or later.
  mutating func take(off range: PageRange) {
    guard range.pageCount > Self.promptPages else { return takeNow(off: range) }
    deferred.append(range)
    if deferred.count > Self.deferredLimit { takeNow(off: deferred.removeFirst()) }
  }

  /// Takes the tags off now that `range` has kept.
  private mutating func settle(overlapping range: PageRange) {
    for index in deferred.indices.reversed() {
      guard let overlap = deferred[index].intersection(range) else { continue }
      let old = deferred.remove(at: index)
      if overlap != old { takeNow(off: old) }
    }
  }

  /// Fails where the memory has become something else in the meantime: then there is no tag of ours.
  private func takeNow(off range: PageRange) {
    try? tag.take(off: range)
  }
}
