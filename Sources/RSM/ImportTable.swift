import CLinux
import RSMKernel
import Synchronization

/// The import segments of this process, their barriers, and where else their memory is mapped.
///
/// One per runtime, in memory that is never given back. Whatever moves bytes finds its segment here without a lock.
package struct ImportTable: ~Copyable {
  typealias Segment = UnsafeMutablePointer<StableTable<ImportRecord>.Cell>

  let segments = StableTable<ImportRecord>(.importSegment, limit: ControllerAttributes().maxImportSegments)
  let barriers = BarrierTable()
  package let aliases = AliasTable()
  /// Inside is who uses local memory handles.
  let handleUse = Gate()

  init() {
    clinux_prepare_marks()
    handleUse.open()
  }

  /// The table of this process.
  ///
  /// Costs a few loads that do not wait for each other, where `Runtime.current` counts references; the table lives as long as the
  /// process.
  @inline(__always)
  package static func current() throws(RSMError) -> UnsafePointer<ImportTable> {
    guard let table = unsafe known else { return unsafe try find() }
    return unsafe table
  }

  @inline(__always)
  static var known: UnsafePointer<ImportTable>? {
    let address = knownTable.load(ordering: .acquiring)
    guard let words = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: knownWords.load(ordering: .acquiring)),
      unsafe words[1].load(ordering: .relaxed) == address
    else { return nil }
    return unsafe UnsafePointer<ImportTable>(bitPattern: address)
  }

  @inline(never)
  private static func find() throws(RSMError) -> UnsafePointer<ImportTable> {
    let runtime = try Runtime.current()
    let address = UInt(bitPattern: unsafe runtime.imports)
    unsafe Runtime.word?[1].store(address, ordering: .releasing)
    knownTable.store(address, ordering: .releasing)
    knownWords.store(UInt(bitPattern: unsafe Runtime.word), ordering: .releasing)
    return unsafe runtime.imports
  }

  /// Enters a connection that has just been made.
  package func insert(_ memory: ImportedMemory) throws(RSMError) -> Token {
    let (segment, token) = unsafe try segments.take()
    unsafe segment.pointee.record.reach = unsafe ImportRecord.Reach(
      length: memory.length, rights: memory.rights, counter: memory.counter, generation: memory.generation,
      aliases: aliases.bucket(of: memory.counter))
    unsafe segment.pointee.record.memory = memory
    unsafe segment.pointee.record.isImplicit.store(true, ordering: .relaxed)
    unsafe segment.pointee.token.store(token.rawValue, ordering: .releasing)
    unsafe segment.pointee.record.gate.open()
    return token
  }

  /// Ends a connection. What the library has mapped goes with it, what the program has mapped is in the way.
  package func disconnect(_ token: Token) throws(RSMError) {
    let segment = unsafe try close(token)
    if case .explicit(let pages) = unsafe segment.pointee.record.mapping {
      unsafe segment.pointee.record.gate.open()
      throw RSMError(
        .segmentStillMapped,
        "the segment is mapped at 0x\(String(pages.start, radix: 16)) (\(pages.byteCount) bytes); unmap it first")
    }
    unsafe removeMappings(segment)
    unsafe segment.pointee.token.store(0, ordering: .releasing)
    unsafe segment.pointee.record.barrier.store(0, ordering: .relaxed)
    barriers.removeAll(of: token)
    // Closed when this function has returned: closing a file may take its time.
    let memory = unsafe segment.pointee.record.memory.take()
    unsafe segment.pointee.record.reach = nil
    unsafe segment.pointee.record.gate.leaveVoid()
    segments.giveBack(token.slot)
    withExtendedLifetime(memory) {}
  }

  /// Refuses what is not a live segment.
  package func live(_ token: Token) throws(RSMError) -> Token {
    guard unsafe segments[token] != nil else { throw .badSegment }
    return token
  }

  /// What a live connection gives.
  package func memory(of token: Token) throws(RSMError) -> ImportedMemory {
    let visit = try enter(token)
    defer { visit.leave() }
    guard let memory = unsafe visit.segment.pointee.record.memory else { throw .badSegment }
    return memory
  }

  package func setMode(of token: Token, _ mode: BarrierMode) throws(RSMError) {
    let visit = try enter(token)
    unsafe visit.segment.pointee.record.isImplicit.store(mode == .implicit, ordering: .relaxed)
    visit.leave()
  }

  package func mode(of token: Token) throws(RSMError) -> BarrierMode {
    let visit = try enter(token)
    defer { visit.leave() }
    return unsafe visit.segment.pointee.record.isImplicit.load(ordering: .relaxed) ? .implicit : .explicit
  }

  /// Lets the caller in to a live segment, which stays as it is until the caller leaves.
  @inline(__always)
  func enter(_ token: Token) throws(RSMError) -> SegmentVisit {
    guard let segment = unsafe segments[token], let visit = unsafe SegmentVisit(segment) else {
      return try enterOnceOpen(token)
    }
    // It may have become another one before the gate was reached.
    guard unsafe segment.pointee.token.load(ordering: .relaxed) == token.rawValue else {
      visit.leave()
      throw .badSegment
    }
    return visit
  }

  @inline(never)
  private func enterOnceOpen(_ token: Token) throws(RSMError) -> SegmentVisit {
    while let segment = unsafe segments[token] {
      if let visit = unsafe SegmentVisit(segment) {
        if unsafe segment.pointee.token.load(ordering: .relaxed) == token.rawValue { return visit }
        visit.leave()
      } else {
        unsafe segment.pointee.record.gate.waitUntilOpen()
      }
    }
    throw .badSegment
  }

  /// Closes a live segment to everybody but the caller, who opens it again.
  func close(_ token: Token) throws(RSMError) -> Segment {
    while let segment = unsafe segments[token] {
      guard unsafe segment.pointee.record.gate.close() else { continue }
      if unsafe segment.pointee.token.load(ordering: .relaxed) == token.rawValue { return unsafe segment }
      unsafe segment.pointee.record.gate.open()
    }
    throw .badSegment
  }

  /// Waits until no transfer uses a local memory handle that is no longer to be found.
  func waitForHandleUse() {
    guard !handleUse.isEmpty else { return }
    _ = handleUse.close()
    handleUse.open()
  }
}

/// The address of the table and that of `Runtime.word`, 0 until they are known here: to look at a global whose initial value is
/// computed costs a call. A forked child inherits them, but its word is clear.
private let knownTable = Atomic<UInt>(0)
private let knownWords = Atomic<UInt>(0)

extension RSMError {
  static let badSegment = RSMError(.badSegmentHandle, "not a live import segment of this process")
}
