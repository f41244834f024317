import Synchronization

/// Lets any number of threads in at once, or a single one that has closed it.
///
/// Lies in memory that is never given back (`StableTable`), so that a thread which comes too late for what was behind it may still
/// knock. A new gate is closed.
struct Gate: ~Copyable {
  private static let closed: UInt32 = 1 << 31
  /// Nothing is behind it any more: nobody should wait for it to open.
  private static let void: UInt32 = 1 << 30
  private static let countMask = void - 1

  private let word = Atomic<UInt32>(Gate.closed | Gate.void)

  /// One locked instruction, and so a full fence on x86. Whoever gets in must leave.
  ///
  /// - Returns: false if the gate is closed.
  @inline(__always)
  func enter() -> Bool {
    if word.wrappingAdd(1, ordering: .acquiring).oldValue & Self.closed == 0 { return true }
    leave()
    return false
  }

  @inline(__always)
  func leave() {
    if word.wrappingSubtract(1, ordering: .releasing).newValue & (Self.closed | Self.countMask) == Self.closed {
      wake()
    }
  }

  /// For those who are inside without being counted (`MarkGate`).
  @inline(__always)
  var isOpen: Bool { word.load(ordering: .acquiring) & Self.closed == 0 }

  /// Whether nobody is inside. Who comes in later sees what was done before this was asked.
  var isEmpty: Bool { word.wrappingAdd(0, ordering: .acquiringAndReleasing).newValue & Self.countMask == 0 }

  /// Waits until the gate is open or void.
  func waitUntilOpen() {
    while true {
      let seen = word.load(ordering: .relaxed)
      guard seen & (Self.closed | Self.void) == Self.closed else { return }
      wait(while: seen)
    }
  }

  /// Closes the gate and waits until everybody has left.
  ///
  /// - Returns: false if it is void.
  func close() -> Bool {
    while true {
      let seen = word.load(ordering: .relaxed)
      if seen & Self.void != 0 { return false }
      if seen & Self.closed != 0 {
        wait(while: seen)
      } else if word.compareExchange(expected: seen, desired: seen | Self.closed, ordering: .acquiring).exchanged {
        break
      }
    }
    while true {
      let seen = word.load(ordering: .acquiring)
      guard seen & Self.countMask != 0 else { return true }
      wait(while: seen)
    }
  }

  /// Lets everybody in again. For the one who closed it, or who puts something behind a void gate.
  func open() {
    word.bitwiseAnd(Self.countMask, ordering: .releasing)
    wake()
  }

  /// Says that nothing is behind the gate any more. For the one who closed it.
  func leaveVoid() {
    word.bitwiseOr(Self.void, ordering: .releasing)
    wake()
  }

  @inline(never)
  private func wake() { Futex.wakeAll(word) }

  @inline(never)
  private func wait(while seen: UInt32) { Futex.wait(word, while: seen) }
}
