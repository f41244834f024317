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
    locked = Self.lockedAreas(in: try TextFile.read("/proc/\(process)/smaps"))
    cost = start.duration(to: .now)
  }

  /// Young enough to be used again: at most 1 s old, or ten times what it cost.
  var isFresh: Bool {
    begun.duration(to: .now) < max(.seconds(1), cost * 10)
  }

  func isLocked(_ range: PageRange) -> Bool {
    locked.contains { $0.start <= range.start && range.end <= $0.end }
  }

  /// The areas whose `VmFlags:` line has `lo` (locked) or `ht` (huge pages, which are never swapped).
  static func lockedAreas(in text: String) -> [PageRange] {
    var areas: [PageRange] = []
    var current: PageRange?
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      if line.starts(with: "VmFlags:".utf8) {
        let flags = line.split(separator: UInt8(ascii: " ")).dropFirst()
        if let current, flags.contains(where: { $0.elementsEqual("lo".utf8) || $0.elementsEqual("ht".utf8) }) {
          areas.append(joining: current)
        }
      } else if let area = area(heading: line) {
        current = area
      }
    }
    return areas
  }

  /// The range at the start of a VMA's first line, as in `7f0000000000-7f0000001000 rw-p …`.
  private static func area(heading line: Substring.UTF8View) -> PageRange? {
    let word = line.prefix { $0 != UInt8(ascii: " ") }
    guard let dash = word.firstIndex(of: UInt8(ascii: "-")),
      let start = UInt(String(Substring(word[..<dash])), radix: 16),
      let end = UInt(String(Substring(word[word.index(after: dash)...])), radix: 16), start < end
    else { return nil }
    return PageRange(start: start, end: end)
  }
}
