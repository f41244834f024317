import RSMControl

/// Passes on what an administrator should know, each cause at most once a minute.
struct NoticeLog {
  /// What is not worth a second line within a minute.
  enum Cause: Hashable {
    case refusal(Refusal.Reason)
    case setting(Configuration.Key)
  }

  private final class Times {
    var last: [Cause: ContinuousClock.Instant] = [:]
  }

  private let notice: (String) -> Void
  private let times = Times()

  init(_ notice: @escaping (String) -> Void) {
    self.notice = notice
  }

  func report(_ cause: Cause, _ text: @autoclosure () -> String) {
    let now = ContinuousClock.now
    if let last = times.last[cause], last.duration(to: now) < .seconds(60) { return }
    times.last[cause] = now
    notice(text())
  }

  /// Says what was refused to whom because of a limit.
  func report(_ excess: Excess, _ what: @autoclosure () -> String, uid: UInt32, pid: Int32) {
    report(.setting(excess.key), "refused \(what()) to uid \(uid), pid \(pid): \(excess.explanation)")
  }
}
