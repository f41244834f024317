package import RSMKernel
import Synchronization
package import SystemPackage

/// Pins and unpins memory of the calling process; the only caller of mlock2(2) and munlock(2).
///
/// Pins nest, overlap and end in any order. The lock covers the system calls too, because the ledger must not show a page
/// pinned before it is. A pin whose memory has become other memory is struck: it counts no more, and what is left of its memory is
/// unpinned.
package final class PinEngine: Sendable {
  #if DEBUG
    private let injectedFailure = Mutex<(@Sendable (PageRange) -> Errno?)?>(nil)

    /// Fails mlock2(2) where `failure` answers an error: tests force what the kernel cannot be made to answer.
    package func inject(_ failure: (@Sendable (PageRange) -> Errno?)?) {
      injectedFailure.withLock { $0 = failure }
    }
  #endif

  struct State: ~Copyable, Sendable {
    var ledger = PinLedger()
    var pins = PinList()
    var tags: IdentityTags?
  }

  let state: Mutex<State>
  let verification: Verification
  /// At vm.max_map_count the application gets no memory any more, so pins leave room for 4096 mappings of its own.
  private let runLimit = max((MemoryLimits.maxMapCount - 4096) / 2, 1024)
  private let chunkPages: UInt

  /// - Parameters:
  ///   - chunkPages: pages to lock per call. The kernel holds the address-space lock for the whole of one, which stalls other
  ///     threads' mmap(2).
  ///   - tags: whether to tag what is pinned, where the kernel lets it.
  package init(chunkPages: UInt = 4096, tags: Bool = true) throws(Errno) {
    self.chunkPages = chunkPages
    verification = try Verification()
    state = Mutex(State(tags: tags && verification.seesTags ? IdentityTags() : nil))
  }

  /// Pins every page of `range`; on failure nothing is pinned that was not before.
  ///
  /// - Parameter struck: takes the older pins that turned out to be stale.
  package func pin(_ range: PageRange, struck: (Pin) -> Void = { _ in }) throws(PinError) -> Pin {
    let (outcome, stale) = state.withLock { state in
      let stale = strikeLost(in: range, &state)
      return (Result { () throws(PinError) in try pin(range, &state) }, stale)
    }
    stale.forEach(struck)
    return try outcome.get()
  }

  /// Takes back a pin. One that was struck has been taken back already.
  package func unpin(_ pin: Pin) {
    state.withLock { state in
      guard !pin.isStale else { return }
      state.pins.remove(pin)
      unpin(pin.range, &state)
    }
  }

  /// Checks that a part of a pin can be used: that it is the memory that was pinned, and may be read or written. Asks the kernel;
  /// takes the lock only where something is amiss.
  ///
  /// - Parameter struck: takes the pins that turn out to be stale.
  package func check(
    _ pin: Pin, _ part: PageRange, writing: Bool, struck: (Pin) -> Void = { _ in }
  ) throws(PinError) {
    if pin.taggedPages > 0, !verification.isIntact(part) {
      state.withLock { strikeLost(in: part, &$0) }.forEach(struck)
    }
    guard !pin.isStale else { throw .stale }
    try verification.verifyAccess(to: part, writing: writing)
  }

  package var runs: [PinLedger.Run] {
    state.withLock { $0.ledger.allRuns }
  }

  private func pin(_ range: PageRange, _ state: inout State) throws(PinError) -> Pin {
    let gaps = state.ledger.gaps(in: range)
    guard gaps.isEmpty || state.ledger.runCount < runLimit else { throw .tooManyRanges(limit: runLimit) }
    var findings = PinLedger.Findings(applicationLocked: try verification.lockedParts(of: gaps))
    do throws(PinError) {
      try lock(range)
      try verification.verifyLocked(range)
    } catch {
      state.ledger.pin(range, findings)
      unpin(range, &state)
      throw error
    }
    findings.tagged = state.tags?.put(on: gaps, verification.maps) ?? []
    state.ledger.pin(range, findings)
    let pin = Pin(range, taggedPages: state.ledger.taggedParts(of: range).reduce(0) { $0 + $1.pageCount })
    state.pins.insert(pin)
    return pin
  }

  // MARK: Stale pins

  /// Strikes the pins whose memory in `range` is not the memory that was pinned.
  func strikeLost(in range: PageRange, _ state: inout State) -> [Pin] {
    var lost: [PageRange] = []
    for part in state.ledger.taggedParts(of: range) where !verification.isIntact(part) {
      lost += verification.lostParts(of: part)
    }
    guard !lost.isEmpty else { return [] }
    let stale = state.pins.all { pin in lost.contains { pin.range.intersection($0) != nil } }
    for pin in stale {
      pin.stale.store(true, ordering: .sequentiallyConsistent)
      state.pins.remove(pin)
      unpin(pin.range, &state)
    }
    return stale
  }

  private func unpin(_ range: PageRange, _ state: inout State) {
    for run in state.ledger.unpin(range) {
      if !run.isTagged || verification.isIntact(run.range) {
        release(run.range, run, &state.tags)
      } else {
        // Other memory at these addresses is not ours to unlock.
        try? verification.maps.forEachArea(in: run.range) { part, _ throws(Errno) in
          if try verification.isTagged(part) { release(part, run, &state.tags) }
        }
      }
    }
  }

  /// - Parameter run: what `range` is a part of.
  private func release(_ range: PageRange, _ run: PinLedger.Run, _ tags: inout IdentityTags?) {
    if !run.isApplicationLocked { PageLock.unlock(range) }
    if run.isTagged { tags?.take(off: range) }
  }

  // MARK: Locking

  private func lock(_ range: PageRange) throws(PinError) {
    var start = range.start
    while start < range.end {
      let chunk = PageRange(start: start, end: range.end).prefix(pages: chunkPages)
      do throws(Errno) {
        try lockChunk(chunk)
      } catch .noMemory {
        throw verification.explainFailure(of: chunk, in: range)
      } catch {
        throw .insufficientMemory(error)
      }
      start = chunk.end
    }
  }

  private func lockChunk(_ chunk: PageRange) throws(Errno) {
    #if DEBUG
      if let failure = injectedFailure.withLock({ $0 })?(chunk) { throw failure }
    #endif
    try PageLock.lock(chunk)
  }
}
