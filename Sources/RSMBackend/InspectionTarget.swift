/// A process whose memory inspectors are asked about, and how long it has kept them waiting.
package final class InspectionTarget {
  let pid: Int32
  let inode: UInt64
  let uid: UInt32
  /// After a missed deadline nobody asks until then.
  private(set) var quietUntil: ContinuousClock.Instant?
  private var backOff: Duration = .zero

  init(pid: Int32, inode: UInt64, uid: UInt32) {
    self.pid = pid
    self.inode = inode
    self.uid = uid
  }

  var isQuiet: Bool {
    guard let quietUntil else { return false }
    return ContinuousClock.now < quietUntil
  }

  /// How long nobody will ask, rounded up.
  var quietSeconds: Int {
    guard isQuiet, let left = quietUntil.map({ ContinuousClock.now.duration(to: $0) }) else { return 0 }
    return max(0, Int(left.components.seconds) + 1)
  }

  /// Nobody asks for 1 s after the first missed deadline, twice as long after each further one, at most 60 s.
  func missedDeadline() {
    backOff = min(max(.seconds(1), backOff * 2), .seconds(60))
    quietUntil = .now + backOff
  }

  func answered() {
    backOff = .zero
    quietUntil = nil
  }
}
