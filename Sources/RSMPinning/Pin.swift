package import RSMKernel
package import Synchronization

/// One pin of a range, given by `PinEngine.pin` and taken back by `PinEngine.unpin`.
package final class Pin: Sendable {
  package let range: PageRange
  /// How many pages of the range carried an identity tag when it was pinned.
  package let taggedPages: UInt
  /// What the owner calls it; 0 until it has said so.
  package let label = Atomic<UInt64>(0)
  let stale = Atomic<Bool>(false)
  /// The engine's list of live pins, touched under its lock only.
  nonisolated(unsafe) var next: Pin?
  nonisolated(unsafe) unowned(unsafe) var previous: Pin?

  init(_ range: PageRange, taggedPages: UInt) {
    self.range = range
    self.taggedPages = taggedPages
  }

  /// Whether memory of the range was found to be other memory than was pinned. What was left of the pin has been undone then.
  package var isStale: Bool { stale.load(ordering: .sequentiallyConsistent) }
}
