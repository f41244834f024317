import Glibc
package import SystemPackage

/// A VMA as /proc/PID/smaps describes it (proc_pid_smaps(5)): the only file that tells its flags.
package struct MemoryArea: Equatable, Sendable {
  /// Those of `VmFlags:` that rsm asks about.
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    package static let locked = Flags(rawValue: 1 << 0)
    /// Pages of hugetlbfs.
    package static let hugePages = Flags(rawValue: 1 << 1)
    /// Pages of the kernel or of a device.
    package static let device = Flags(rawValue: 1 << 2)
    /// Grows downwards: the stack of the first thread.
    package static let growing = Flags(rawValue: 1 << 3)
    /// mseal(2)
    package static let sealed = Flags(rawValue: 1 << 4)
    /// MADV_WIPEONFORK
    package static let wipedOnFork = Flags(rawValue: 1 << 5)
    /// MADV_DONTFORK
    package static let notForked = Flags(rawValue: 1 << 6)
    /// MADV_DONTDUMP
    package static let notDumped = Flags(rawValue: 1 << 7)
    /// MADV_NOHUGEPAGE
    package static let neverHuge = Flags(rawValue: 1 << 8)
    /// MADV_HUGEPAGE
    package static let preferablyHuge = Flags(rawValue: 1 << 9)

    fileprivate init(word: ArraySlice<UInt8>) {
      self =
        switch String(decoding: word, as: UTF8.self) {
        case "lo": .locked
        case "ht": .hugePages
        case "io", "pf": .device
        case "gd": .growing
        case "sl": .sealed
        case "wf": .wipedOnFork
        case "dc": .notForked
        case "dd": .notDumped
        case "nh": .neverHuge
        case "hg": .preferablyHuge
        default: []
        }
    }
  }

  package let range: PageRange
  /// PROT_READ, PROT_WRITE and PROT_EXEC.
  package let protection: Int32
  package let isShared: Bool
  /// The file that is mapped, nil for private anonymous memory.
  package let file: FileIdentity?
  package private(set) var flags: Flags = []
  /// pkey_mprotect(2): 0 unless the program gave it another.
  package private(set) var protectionKey = 0

  /// The areas of a process that overlap `range`, ascending.
  package static func read(process: String, overlapping range: PageRange) throws(Errno) -> [MemoryArea] {
    var areas: [MemoryArea] = []
    var isInside = false
    try TextFile.forEachLine("/proc/\(process)/smaps") { line in
      guard let bounds = bounds(heading: line) else {
        if isInside { areas[areas.count - 1].take(line) }
        return true
      }
      guard bounds.start < range.end else { return false }
      isInside = bounds.end > range.start
      if isInside, let area = MemoryArea(heading: line) {
        areas.append(area)
      } else {
        isInside = false
      }
      return true
    }
    return areas
  }

  /// The range at the start of a VMA's first line. Every other line starts with a capital letter.
  private static func bounds(heading line: ArraySlice<UInt8>) -> PageRange? {
    guard let first = line.first, first >= UInt8(ascii: "a") || first <= UInt8(ascii: "9") else { return nil }
    var numbers = HexadecimalNumbers(line)
    guard let start = numbers.next(), let end = numbers.next(), start < end, (start | end) % pageSize == 0 else {
      return nil
    }
    return PageRange(start: start, end: end)
  }

  /// The first line of a VMA, as in `7f0000000000-7f0000001000 rw-p 00000000 00:01 12 /memfd:name`.
  private init?(heading line: ArraySlice<UInt8>) {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard let range = Self.bounds(heading: line), words.count >= 5, words[1].count == 4,
      let inode = UInt64(String(decoding: words[4], as: UTF8.self))
    else { return nil }
    var device = HexadecimalNumbers(words[3])
    guard let major = device.next(), let minor = device.next() else { return nil }
    self.range = range
    let rights = Array(words[1])
    protection =
      (rights[0] == UInt8(ascii: "r") ? PROT_READ : 0) | (rights[1] == UInt8(ascii: "w") ? PROT_WRITE : 0)
      | (rights[2] == UInt8(ascii: "x") ? PROT_EXEC : 0)
    isShared = rights[3] == UInt8(ascii: "s")
    file = inode == 0 ? nil : FileIdentity(major: UInt64(major), minor: UInt64(minor), inode: inode)
  }

  /// A further line of the VMA.
  private mutating func take(_ line: ArraySlice<UInt8>) {
    if line.starts(with: "VmFlags:".utf8) {
      for word in line.split(separator: UInt8(ascii: " ")).dropFirst() { flags.insert(Flags(word: word)) }
    } else if line.starts(with: "ProtectionKey:".utf8), let word = line.split(separator: UInt8(ascii: " ")).last {
      protectionKey = Int(String(decoding: word, as: UTF8.self)) ?? 0
    }
  }
}

/// The numbers at the start of a line, with one character between two.
private struct HexadecimalNumbers {
  private var rest: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) {
    rest = line
  }

  mutating func next() -> UInt? {
    var number: UInt = 0
    var digits = 0
    while let byte = rest.popFirst(), let digit = Self.digit(byte), digits < 16 {
      number = number << 4 | digit
      digits += 1
    }
    return digits > 0 ? number : nil
  }

  private static func digit(_ byte: UInt8) -> UInt? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }
}
