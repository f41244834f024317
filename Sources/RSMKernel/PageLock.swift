import CLinux
package import SystemPackage

/// mlock2(2), munlock(2) and the question whether memory is locked, for the calling process.
package enum PageLock {
  /// The size of a transparent huge page, in bytes.
  private static let hugePageSize: UInt = 2 << 20

  /// Locks and populates `range`; on failure part of it may have been locked.
  package static func lock(_ range: PageRange) throws(Errno) {
    _ = try checkedRetrying { clinux_mlock2(range.start, range.byteCount, 0) }
  }

  /// Unlocks `range`. Fails only where memory was unmapped, which unlocked it, so there is nothing left to report.
  package static func unlock(_ range: PageRange) {
    _ = clinux_munlock(range.start, range.byteCount)
  }

  /// Whether the VMA that holds all of `range` is locked: MADV_COLD is refused with `EINVAL` exactly there (and on hugetlb
  /// and PFN mappings).
  package static func isLocked(_ range: PageRange) -> Bool {
    clinux_madvise_cold(range.start, adviceLength(range)) != 0 && Errno.current == .invalidArgument
  }

  /// How many bytes from the start of `range` to advise when asking whether it is locked.
  ///
  /// Unlocked memory takes the advice, and a transparent huge page is split by advice for a part of it: a range that may
  /// start with one is advised over the whole of it.
  static func adviceLength(_ range: PageRange) -> UInt {
    range.start % hugePageSize == 0 && range.byteCount >= hugePageSize ? hugePageSize : pageSize
  }

  /// Reads every page of `range` in, as a page fault would.
  package static func populateForReading(_ range: PageRange) throws(Errno) {
    _ = try checkedRetrying { clinux_madvise_populate_read(range.start, range.byteCount) }
  }
}
