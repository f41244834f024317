import Synchronization

extension ImportTable {
  /// Makes a barrier of a segment and installs it as the one that implicit puts and gets need.
  ///
  /// - Parameter address: where its object lies, nil for one that has none.
  package func makeBarrier(of token: Token, at address: UInt?) throws(RSMError) -> BarrierKey {
    let visit = try enter(token)
    defer { visit.leave() }
    if let address, let old = barriers.key(at: address) { try destroy(old) }
    let key = try barriers.insert(at: address, of: token)
    unsafe visit.segment.pointee.record.barrier.store(key.token.rawValue, ordering: .relaxed)
    return key
  }

  package func destroy(_ key: BarrierKey) throws(RSMError) {
    guard let barrier = unsafe barriers[key] else { throw missing(key) }
    let token = unsafe Token(rawValue: barrier.pointee.record.segment.load(ordering: .relaxed))
    guard barriers.remove(key.token, at: key.address) else { throw .uninitialized }
    guard let segment = unsafe segments[token] else { return }
    // Tokens are never used again: this takes away no other barrier, whatever the segment has become.
    _ = unsafe segment.pointee.record.barrier.compareExchange(
      expected: key.token.rawValue, desired: 0, ordering: .relaxed)
  }

  /// Begins a span. Succeeds on a segment that has been withdrawn: it is the end of the span that tells.
  package func open(_ key: BarrierKey) throws(RSMError) {
    let (barrier, visit) = unsafe try enter(key)
    defer { visit.leave() }
    let opened = key.token.rawValue | BarrierTable.openMark
    let (_, seen) = unsafe barrier.pointee.record.state.compareExchange(
      expected: key.token.rawValue, desired: opened, ordering: .acquiring)
    guard seen == key.token.rawValue || seen == opened else { throw .uninitialized }
    atomicMemoryFence(ordering: .acquiring)
  }

  /// Lets everything before it happen before everything after it.
  package func order(_ key: BarrierKey) throws(RSMError) {
    let (barrier, visit) = unsafe try enter(key)
    defer { visit.leave() }
    guard unsafe barrier.pointee.record.state.load(ordering: .relaxed) == key.token.rawValue | BarrierTable.openMark
    else {
      throw .notOpened
    }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe visit.segment.pointee.record.reach?.isAborted ?? true { throw .aborted }
  }

  /// Ends a span, and tells whether the segment was there all the time since it was connected.
  package func close(_ key: BarrierKey) throws(RSMError) {
    let (barrier, visit) = unsafe try enter(key)
    defer { visit.leave() }
    guard
      unsafe barrier.pointee.record.state.compareExchange(
        expected: key.token.rawValue | BarrierTable.openMark, desired: key.token.rawValue, ordering: .relaxed
      ).exchanged
    else { throw .notOpened }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe visit.segment.pointee.record.reach?.isAborted ?? true { throw .aborted }
  }

  /// Finds a barrier and keeps its segment: the caller leaves that.
  @inline(__always)
  private func enter(_ key: BarrierKey) throws(RSMError) -> (BarrierTable.Barrier, SegmentVisit) {
    guard let barrier = unsafe barriers[key] else { throw missing(key) }
    let token = unsafe Token(rawValue: barrier.pointee.record.segment.load(ordering: .relaxed))
    // Of the segment of another barrier that has taken this one's place nothing is wanted but that it is left again.
    return unsafe (barrier, try enter(token))
  }

  private func missing(_ key: BarrierKey) -> RSMError {
    barriers.knows(key)
      ? RSMError(.badSegmentHandle, "the segment of the barrier has been disconnected") : .uninitialized
  }
}

extension RSMError {
  fileprivate static let uninitialized = RSMError(
    .barrierUninitialized,
    "no barrier is initialised at this address; a barrier must be initialised where it lies, not be copied, and not be destroyed"
  )
  fileprivate static let notOpened = RSMError(.barrierNotOpened, "the barrier has not been opened")
}
