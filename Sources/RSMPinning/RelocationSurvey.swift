import Glibc
import RSMKernel
import SystemPackage

/// What a range consists of, and whether it may move.
struct RelocationSurvey: Sendable {
  /// A run of pages of one VMA.
  struct Part: Sendable {
    let range: PageRange
    /// nil: stays where it is.
    let area: MemoryArea?
  }

  /// Ascending, without gaps.
  let parts: [Part]

  private init(_ parts: [Part]) {
    self.parts = parts
  }

  /// All of `range`, which the program is to go on using as shared memory.
  init(adopting range: PageRange) throws(RelocationError) {
    try self.init(range) { range, area throws(RelocationError) in
      guard let area else { throw RelocationError(range.start, .unmapped) }
      if let flaw = Self.flaw(of: area) { throw RelocationError(range.start, flaw) }
      return true
    }
  }

  /// Those parts of `range` that are `memory` still; the program may have unmapped or replaced others.
  init(_ range: PageRange, of memory: FileIdentity) throws(RelocationError) {
    try self.init(range) { _, area throws(RelocationError) in area?.isShared == true && area?.file == memory }
  }

  /// Whether part of what moves is shared memory.
  var isShared: Bool { parts.contains { $0.area?.isShared == true } }

  /// What lies before `address`.
  func before(_ address: UInt) -> RelocationSurvey {
    RelocationSurvey(
      parts.compactMap { part in
        guard part.range.start < address else { return nil }
        return Part(range: PageRange(start: part.range.start, end: min(part.range.end, address)), area: part.area)
      })
  }

  private init(
    _ range: PageRange, moves: (PageRange, MemoryArea?) throws(RelocationError) -> Bool
  ) throws(RelocationError) {
    guard !CallingThread.occupies(range) else { throw RelocationError(range.start, .callingThread) }
    let areas: [MemoryArea]
    do {
      areas = try MemoryArea.read(process: "self", overlapping: range)
    } catch {
      throw RelocationError(range.start, .unexplored(error))
    }
    var parts: [Part] = []
    var cursor = range.start
    func append(until end: UInt, _ area: MemoryArea?) throws(RelocationError) {
      guard cursor < end else { return }
      let part = PageRange(start: cursor, end: end)
      parts.append(Part(range: part, area: try moves(part, area) ? area : nil))
      cursor = end
    }
    for area in areas {
      guard let inside = area.range.intersection(range) else { continue }
      try append(until: inside.start, nil)
      try append(until: inside.end, area)
    }
    try append(until: range.end, nil)
    self.init(parts)
  }

  private static func flaw(of area: MemoryArea) -> RelocationError.Cause? {
    let flags = area.flags
    if flags.contains(.device) { return .kernelMemory }
    if flags.contains(.growing) { return .callingThread }
    if area.protection & (PROT_READ | PROT_WRITE) != PROT_READ | PROT_WRITE { return .inaccessible }
    if flags.contains(.hugePages) { return .hugePages }
    if area.isShared, area.file?.isSharedMemory != true { return .sharedFile }
    if flags.contains(.sealed) { return .sealed }
    if flags.contains(.wipedOnFork) || area.protectionKey != 0 { return .specialProtection }
    return nil
  }
}
