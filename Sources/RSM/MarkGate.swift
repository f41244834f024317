import CLinux
import Synchronization

/// A gate that costs those who go in and out no locked instruction; the one who closes it pays with a system call.
///
/// A thread marks that it is inside and then looks whether the gate is open, without a fence between the two. Whoever has closed
/// the gate makes every thread pass one and then looks for marks: a thread that found the gate open has its mark seen. A thread that
/// has no mark to use is counted instead, as in any `Gate`.
struct MarkGate: ~Copyable {
  /// What somebody who got in must show to leave.
  @safe struct Pass {
    /// nil: counted.
    fileprivate let mark: UnsafeMutablePointer<clinux_mark>?
  }

  private let gate = Gate()
  /// Changes whenever somebody takes a mark away from a closed gate.
  private let departures = Atomic<UInt32>(0)

  @inline(__always)
  private var name: UInt { unsafe withUnsafePointer(to: gate) { UInt(bitPattern: $0) } }

  /// - Returns: nil if the gate is closed.
  @inline(__always)
  func enter() -> Pass? {
    if let pass = enterMarked() { return pass }
    return enterCounted()
  }

  /// - Returns: nil if the gate is closed or the thread has no mark to use.
  @inline(__always)
  func enterMarked() -> Pass? {
    guard let mark = unsafe clinux_set_mark(name) else { return nil }
    if gate.isOpen { return unsafe Pass(mark: mark) }
    unsafe clinux_clear_mark(mark)
    depart()
    return nil
  }

  @inline(__always)
  func leave(_ pass: Pass) {
    guard let mark = unsafe pass.mark else { return leaveCounted() }
    unsafe clinux_clear_mark(mark)
    if !gate.isOpen { depart() }
  }

  /// Leaves, with a full fence between what has been done inside and what comes after.
  @inline(__always)
  func leaveWithFence(_ pass: Pass) {
    guard let mark = unsafe pass.mark else { return leaveCounted() }
    unsafe clinux_clear_mark_with_fence(mark)
    if !gate.isOpen { depart() }
  }

  func waitUntilOpen() { gate.waitUntilOpen() }

  /// Closes the gate and waits until everybody has left.
  ///
  /// - Returns: false if it is void.
  func close() -> Bool {
    guard gate.close() else { return false }
    clinux_fence_all_threads()
    while true {
      let seen = departures.load(ordering: .acquiring)
      if clinux_is_marked(name) == 0 { return true }
      Futex.wait(departures, while: seen)
    }
  }

  /// As `Gate.open`.
  func open() { gate.open() }

  /// As `Gate.leaveVoid`.
  func leaveVoid() { gate.leaveVoid() }

  @inline(never)
  private func enterCounted() -> Pass? {
    clinux_take_mark()
    return unsafe gate.enter() ? Pass(mark: nil) : nil
  }

  @inline(never)
  private func leaveCounted() {
    gate.leave()
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  @inline(never)
  private func depart() {
    departures.wrappingAdd(1, ordering: .releasing)
    Futex.wakeAll(departures)
  }
}
