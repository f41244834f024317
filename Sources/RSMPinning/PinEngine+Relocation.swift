package import RSMKernel
import Synchronization

extension PinEngine {
  /// Lets `body` move memory of `range`, all of which is pinned, to another place at the same addresses.
  ///
  /// One range takes one userfaultfd, so the tags are off meanwhile; nobody pins, unpins or looks at tags until they are back.
  ///
  /// - Parameters:
  ///   - announce: told before and after if pins with a label are concerned, whose memory others look at.
  ///   - struck: takes the pins whose memory does not get its tag back.
  package func relocating<Value: Sendable, Failure: Error>(
    _ range: PageRange, announce: (Bool) -> Void, struck: (Pin) -> Void = { _ in },
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let (outcome, stale) = state.withLock { state in
      let tagged = state.ledger.taggedParts(of: range)
      let isWatched = !state.pins.all { $0.label.load(ordering: .relaxed) != 0 && $0.range.intersection(range) != nil }
        .isEmpty
      if isWatched { announce(true) }
      for part in tagged { state.tags?.takeNow(off: part) }
      let outcome = Result { () throws(Failure) in try body() }
      let again = state.tags?.put(on: tagged, verification.maps) ?? []
      let stale = again == tagged ? [] : strikeLost(in: range, &state)
      if isWatched { announce(false) }
      return (outcome, stale)
    }
    stale.forEach(struck)
    return try outcome.get()
  }
}
