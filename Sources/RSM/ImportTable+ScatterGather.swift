import CRSM
import Synchronization

/// One entry of a scatter-gather request.
package struct TransferEntry: Sendable {
  package enum Local: Sendable {
    case address(UInt)
    case handle(Token)
    /// An `io_type` that does not exist.
    case unknown(Int32)
  }

  package let local: Local
  package let localOffset: UInt
  package let remoteOffset: UInt
  package let length: UInt

  package init(local: Local, localOffset: UInt, remoteOffset: UInt, length: UInt) {
    self.local = local
    self.localOffset = localOffset
    self.remoteOffset = remoteOffset
    self.length = length
  }
}

extension ImportTable {
  /// The most entries of one request.
  package static let maxEntries = Int(RSM_MAX_SGIOREQS)

  package static func check(entryCount count: UInt) throws(RSMError) {
    guard 1...UInt(maxEntries) ~= count else {
      throw RSMError(.badScatterGather, "a request has 1 to \(maxEntries) entries (RSM_MAX_SGIOREQS), not \(count)")
    }
  }

  /// Moves the bytes of 1 to `maxEntries` entries, in their order. Nothing moves before all of them have been looked at.
  ///
  /// - Parameter completed: becomes the number of entries that are done, also if not all of them are.
  package func transfer(
    _ direction: Direction, _ token: Token, _ entries: Span<TransferEntry>, in runtime: Runtime, completed: inout Int
  ) throws(RSMError) {
    completed = 0
    while try !transferIfMapped(direction, token, entries, runtime, &completed) {
      try mapImplicitly(token)
    }
  }

  /// - Returns: false if the segment has to be mapped first.
  private func transferIfMapped(
    _ direction: Direction, _ token: Token, _ entries: Span<TransferEntry>, _ runtime: Runtime, _ completed: inout Int
  ) throws(RSMError) -> Bool {
    let visit = try enter(token)
    defer { visit.leave() }
    let segment = unsafe visit.segment
    guard let reach = unsafe segment.pointee.record.reach, reach.base != 0 else { return false }
    let isImplicit = unsafe segment.pointee.record.isImplicit.load(ordering: .relaxed)
    try transfer(direction, entries, reach, isImplicit, runtime, &completed)
    return true
  }

  private func transfer(
    _ direction: Direction, _ entries: Span<TransferEntry>, _ reach: ImportRecord.Reach, _ isImplicit: Bool,
    _ runtime: Runtime,
    _ completed: inout Int
  ) throws(RSMError) {
    if reach.isAborted { throw .aborted }
    guard reach.rights.contains(direction.right) else { throw RSMError(.denied, 0, 0, 0, .bytes) }
    var addresses = InlineArray<16, UInt>(repeating: 0)
    let usesHandles = entries.usesHandles
    if usesHandles { enterHandleUse() }
    defer { if usesHandles { handleUse.leave() } }
    for index in entries.indices {
      addresses[index] = try runtime.localAddress(of: entries[index], direction, reach)
    }
    for index in entries.indices {
      let entry = entries[index]
      reach.copy(direction, entry.remoteOffset, addresses[index], entry.length, .bytes)
      if isImplicit {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if reach.isAborted { throw .aborted }
      }
      completed += 1
    }
  }

  private func enterHandleUse() {
    while !handleUse.enter() { handleUse.waitUntilOpen() }
  }
}

extension Span<TransferEntry> {
  fileprivate var usesHandles: Bool {
    for index in indices {
      if case .handle = self[index].local { return true }
    }
    return false
  }
}

extension Runtime {
  /// Where the bytes of an entry lie in this process.
  ///
  /// Looks at everything that can be wrong with the entry in the order of the reference.
  fileprivate func localAddress(
    of entry: TransferEntry, _ direction: Direction, _ reach: ImportRecord.Reach
  ) throws(RSMError) -> UInt {
    let limit: UInt
    switch entry.local {
    case .unknown(let type):
      throw RSMError(
        .badScatterGather,
        "\(type) is no io_type; RSM_HANDLE_TYPE (\(RSM_HANDLE_TYPE)) and RSM_VA_TYPE (\(RSM_VA_TYPE)) are")
    case .handle(let handle):
      guard let memory = localMemory(of: handle) else { throw .badEntryHandle }
      limit = memory.length
    case .address(let address):
      guard address != 0 || entry.length == 0 else {
        throw RSMError(
          .badAddress, "the address of the local memory of an entry is NULL, but its length \(entry.length)")
      }
      limit = UInt.max - address
    }
    try entry.checkStarts(limit, reach.length)
    try entry.checkEnds(limit, reach.length)
    switch entry.local {
    case .address(let address): return address + entry.localOffset
    case .handle(let handle):
      return try check(handle: handle, offset: entry.localOffset, length: entry.length, writing: direction == .get)
    case .unknown: throw .badEntryHandle
    }
  }
}

extension TransferEntry {
  /// Against the bytes that are there, in this process and in the segment.
  fileprivate func checkStarts(_ local: UInt, _ remote: UInt) throws(RSMError) {
    func check(_ offset: UInt, _ limit: UInt) throws(RSMError) {
      guard offset <= limit else {
        throw RSMError(.badOffset, "the offset \(offset) of an entry lies beyond the \(limit) bytes there")
      }
    }
    try check(localOffset, local)
    try check(remoteOffset, remote)
  }

  /// For an entry whose starts are right.
  fileprivate func checkEnds(_ local: UInt, _ remote: UInt) throws(RSMError) {
    func check(_ offset: UInt, _ limit: UInt) throws(RSMError) {
      guard length <= limit - offset else {
        throw RSMError(
          .badLength, "\(length) bytes from offset \(offset) of an entry on go beyond the \(limit) bytes there")
      }
    }
    try check(localOffset, local)
    try check(remoteOffset, remote)
  }
}
