import RSMControl

/// Passes on what an administrator should know, each cause at most once a minute.
struct NoticeLog {
  private final class Times {
    var last: [UInt32: ContinuousClock.Instant] = [:]
  }

  private let notice: (String) -> Void
  private let times = Times()

  init(_ notice: @escaping (String) -> Void) {
    self.notice = notice
  }

  func report(_ cause: Refusal.Reason, _ text: @autoclosure () -> String) {
    let now = ContinuousClock.now
    if let last = times.last[cause.rawValue], last.duration(to: now) < .seconds(60) { return }
    times.last[cause.rawValue] = now
    notice(text())
  }
}
