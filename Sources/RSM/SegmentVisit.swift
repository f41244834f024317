/// Somebody is inside the gate of a live segment, which stays as it is until this leaves.
@safe struct SegmentVisit {
  let segment: ImportTable.Segment
  private let pass: MarkGate.Pass

  /// - Returns: nil if the gate is closed.
  @inline(__always)
  init?(_ segment: ImportTable.Segment) {
    guard let pass = unsafe segment.pointee.record.gate.enter() else { return nil }
    unsafe self.segment = unsafe segment
    self.pass = pass
  }

  @inline(__always)
  func leave() {
    unsafe segment.pointee.record.gate.leave(pass)
  }

  /// As `MarkGate.leaveWithFence`.
  @inline(__always)
  func leaveWithFence() {
    unsafe segment.pointee.record.gate.leaveWithFence(pass)
  }
}
