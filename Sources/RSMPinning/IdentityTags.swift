import RSMKernel
import SystemPackage

/// Puts the identity tags on pinned memory and takes them off: by them the kernel tells whether it is still the memory that was pinned.
struct IdentityTags: ~Copyable, Sendable {
  /// Taking a tag off costs a sixth of the lock for every page, and the same buffer is often pinned again: the last few ranges keep
  /// their tags for a while.
  private static let deferredLimit = 8

  private let tag: MemoryTag
  /// Tagged ranges that nobody pins any more, the oldest first.
  private var deferred: [PageRange] = []

  /// - Returns: nil where this process may not have a userfaultfd.
  init?() {
    guard let tag = try? MemoryTag() else { return nil }
    self.tag = tag
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

  /// Takes the tag off memory that nobody pins any more, sooner or later.
  mutating func take(off range: PageRange) {
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
  func takeNow(off range: PageRange) {
    try? tag.take(off: range)
  }
}
