import Glibc
import Synchronization

/// What a `StableTable` holds: made once, then used again and again.
protocol StableRecord: ~Copyable {
  init()
}

/// Records that a token finds without a lock, an allocation or a system call.
///
/// The memory of a record is never given back, only used for another one, so that a thread may look at a record whose token
/// another thread is removing. It must make sure, by means of the record, that it is still the one it was looking for.
@safe struct StableTable<Record: StableRecord & ~Copyable>: ~Copyable {
  struct Cell: ~Copyable {
    /// The token of the live record, 0 for none.
    let token = Atomic<UInt>(0)
    let slot: Int
    var record = Record()
    fileprivate var nextFree = -1

    fileprivate init(slot: Int) {
      self.slot = slot
    }
  }

  private static var chunkSize: Int { 64 }
  private static var cacheLine: Int { 64 }
  private static var stride: Int { (MemoryLayout<Cell>.size + cacheLine - 1) & ~(cacheLine - 1) }

  private let kind: Token.Kind
  let limit: Int
  /// The addresses of the chunks, 0 for those that are not there yet.
  private let directory: UnsafeMutablePointer<Atomic<UInt>>
  private let free = Mutex(StableTableFree())

  /// Never given back either.
  init(_ kind: Token.Kind, limit: Int) {
    self.kind = kind
    self.limit = limit
    let chunkCount = (limit + Self.chunkSize - 1) / Self.chunkSize
    unsafe directory = .allocate(capacity: chunkCount)
    for index in 0..<chunkCount {
      unsafe (directory + index).initialize(to: Atomic(0))
    }
  }

  /// The record that lives under a token, if there is one.
  @inline(__always)
  subscript(token: Token) -> UnsafeMutablePointer<Cell>? {
    // NULL is no token, but what a record without one has.
    guard token.rawValue != 0, let cell = unsafe cell(token.slot),
      unsafe cell.pointee.token.load(ordering: .acquiring) == token.rawValue
    else { return nil }
    return unsafe cell
  }

  /// The record in a slot, live or not; nil if there never was one.
  @inline(__always)
  func cell(_ slot: Int) -> UnsafeMutablePointer<Cell>? {
    guard slot >= 0, slot < limit else { return nil }
    let chunk = unsafe directory[slot / Self.chunkSize].load(ordering: .acquiring)
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: chunk) else { return nil }
    return unsafe (start + slot % Self.chunkSize * Self.stride).assumingMemoryBound(to: Cell.self)
  }

  /// Takes a record for a new object. Nothing finds it before its token is stored.
  func take() throws(RSMError) -> (cell: UnsafeMutablePointer<Cell>, token: Token) {
    let slot = try free.withLock { free throws(RSMError) in
      if let cell = unsafe cell(free.first) {
        let slot = free.first
        free.first = unsafe cell.pointee.nextFree
        return slot
      }
      guard free.used < limit else {
        throw RSMError(
          .insufficientResources, "this process has \(limit) of them, the most librsm admits; end some first")
      }
      if free.used % Self.chunkSize == 0 { try makeChunk(free.used / Self.chunkSize) }
      free.used += 1
      return free.used - 1
    }
    guard let cell = unsafe cell(slot) else { throw RSMError(.internalError, "a record of a table is missing") }
    return unsafe (cell, Token(kind: kind, slot: slot))
  }

  /// Gives a record back, whose token must be gone.
  func giveBack(_ slot: Int) {
    free.withLock { free in
      unsafe cell(slot)?.pointee.nextFree = free.first
      free.first = slot
    }
  }

  private func makeChunk(_ index: Int) throws(RSMError) {
    var memory: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&memory, Self.cacheLine, Self.chunkSize * Self.stride) == 0, let memory = unsafe memory
    else {
      throw RSMError(
        .insufficientMemory,
        "no memory for \(Self.chunkSize) records of \(Self.stride) bytes; free memory or raise the limit of this process (ulimit -v)"
      )
    }
    for offset in 0..<Self.chunkSize {
      let cell = unsafe (memory + offset * Self.stride).assumingMemoryBound(to: Cell.self)
      unsafe cell.initialize(to: Cell(slot: index * Self.chunkSize + offset))
    }
    unsafe directory[index].store(UInt(bitPattern: memory), ordering: .releasing)
  }
}

/// The free slots of a table: a chain of those that were used, and those from `used` on. Not a part of the generic type, with which
/// the compiler (6.3.1) makes a module that LLVM rejects.
struct StableTableFree {
  var first = -1
  var used = 0
}
