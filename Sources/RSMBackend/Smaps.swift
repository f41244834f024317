import RSMKernel
import SystemPackage

/// The locked VMAs of a process, read from /proc/PID/smaps at one moment (proc_pid_smaps(5)).
struct Smaps {
  let inode: UInt64
  /// Microseconds since 1970.
  let time: UInt64
  private let begun = ContinuousClock.now
  private let cost: Duration
  /// Ascending, joined where they touch.
  private let locked: [PageRange]

  init(process: String, inode: UInt64) throws(Errno) {
    self.inode = inode
    time = Clock.microseconds
    let start = ContinuousClock.now
    locked = try MemoryArea.read(process: process, overlapping: .everything).reduce(into: []) { locked, area in
      // Huge pages are never swapped.
      if !area.flags.isDisjoint(with: [.locked, .hugePages]) { locked.append(joining: area.range) }
    }
    cost = start.duration(to: .now)
  }

  /// Young enough to be used again: at most 1 s old, or ten times what it cost.
  var isFresh: Bool {
    begun.duration(to: .now) < max(.seconds(1), cost * 10)
  }

  func isLocked(_ range: PageRange) -> Bool {
    locked.contains { $0.start <= range.start && range.end <= $0.end }
  }
}
