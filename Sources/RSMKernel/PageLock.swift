import CLinux
package import SystemPackage

/// mlock2(2), munlock(2) and the question whether memory is locked, for the calling process.
package enum PageLock {
  /// Locks and populates `range`; on failure part of it may have been locked.
  package static func lock(_ range: PageRange) throws(Errno) {
    _ = try checkedRetrying { clinux_mlock2(range.start, range.byteCount, 0) }
  }

  /// Unlocks `range`. Fails only where memory was unmapped, which unlocked it, so there is nothing left to report.
  package static func unlock(_ range: PageRange) {
    _ = clinux_munlock(range.start, range.byteCount)
  }

  /// What the kernel says of the locks on a range.
  package enum State: Equatable {
    /// No page of it lies in a locked VMA.
    case unlocked
    /// At least one VMA in it is locked: all of it, if it lies in one VMA.
    case locked
    /// Part of it is not mapped.
    case unmapped
  }

  /// Whether `range` is locked: msync(2) refuses to invalidate locked memory with `EBUSY` and touches nothing, locked or not.
  ///
  /// Huge pages of hugetlbfs are never marked locked.
  package static func state(of range: PageRange) -> State {
    guard clinux_msync_invalidate(range.start, range.byteCount) != 0 else { return .unlocked }
    return Errno.current == .resourceBusy ? .locked : .unmapped
  }

  /// Reads every page of `range` in, as a page fault would.
  package static func populateForReading(_ range: PageRange) throws(Errno) {
    _ = try checkedRetrying { clinux_madvise_populate_read(range.start, range.byteCount) }
  }
}
