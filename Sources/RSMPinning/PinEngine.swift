package import RSMKernel
import Synchronization
package import SystemPackage

/// Pins and unpins memory of the calling process; the only caller of mlock2(2) and munlock(2).
///
/// Pins nest, overlap and end in any order. The lock covers the system calls too, because the ledger must not show a page
/// pinned before it is.
package final class PinEngine: Sendable {
  #if DEBUG
    private let injectedFailure = Mutex<(@Sendable (PageRange) -> Errno?)?>(nil)

    /// Fails mlock2(2) where `failure` answers an error: tests force what the kernel cannot be made to answer.
    package func inject(_ failure: (@Sendable (PageRange) -> Errno?)?) {
      injectedFailure.withLock { $0 = failure }
    }
  #endif

  private struct State: ~Copyable, Sendable {
    var ledger = PinLedger()
    let verification: Verification
  }

  private let state: Mutex<State>
  /// At vm.max_map_count the application gets no memory any more, so pins leave room for 4096 mappings of its own.
  private let runLimit = max((MemoryLimits.maxMapCount - 4096) / 2, 1024)
  private let chunkPages: UInt

  /// - Parameter chunkPages: pages to lock per call. The kernel holds the address-space lock for the whole of one, which stalls
  ///   other threads' mmap(2).
  package init(chunkPages: UInt = 4096) throws(Errno) {
    self.chunkPages = chunkPages
    state = Mutex(State(verification: try Verification()))
  }

  /// Pins every page of `range`; on failure nothing has changed.
  package func pin(_ range: PageRange) throws(PinError) {
    try state.withLock { state throws(PinError) in
      let gaps = state.ledger.gaps(in: range)
      guard gaps.isEmpty || state.ledger.runCount < runLimit else { throw .tooManyRanges(limit: runLimit) }
      let applicationLocked = try state.verification.lockedParts(of: gaps)
      state.ledger.pin(range, applicationLocked: applicationLocked)
      do throws(PinError) {
        try lock(range, state.verification)
        try state.verification.verifyLocked(range)
      } catch {
        Self.unpin(range, &state)
        throw error
      }
    }
  }

  /// Takes back one `pin` of exactly this range.
  package func unpin(_ range: PageRange) {
    state.withLock { state in
      Self.unpin(range, &state)
    }
  }

  package var runs: [PinLedger.Run] {
    state.withLock { $0.ledger.allRuns }
  }

  private static func unpin(_ range: PageRange, _ state: inout State) {
    for released in state.ledger.unpin(range) {
      PageLock.unlock(released)
    }
  }

  private func lock(_ range: PageRange, _ verification: borrowing Verification) throws(PinError) {
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
