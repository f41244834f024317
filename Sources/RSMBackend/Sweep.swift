import RSMKernel

/// Looks at all handles from time to time, whether or not anybody reads their files, so that the counts of those that are stale or
/// not pinned are true.
///
/// Every process has a pass of its own: one that keeps inspectors waiting holds up nobody else's.
final class Sweep {
  private static let period: Duration = .milliseconds(800)
  /// A pass may take this part of the time until the next one.
  private static let share = 10
  /// Shorter lives are not looked at, in microseconds.
  private static let minimumAge: UInt64 = 50_000

  /// How far one process has been looked at.
  final class Pass {
    private(set) var isUnderWay = false
    private var started = ContinuousClock.now
    private var due = ContinuousClock.now
    fileprivate var pending = 0

    fileprivate var isDue: Bool { !isUnderWay && due <= .now }

    fileprivate func begin() {
      isUnderWay = true
      started = .now
    }

    fileprivate func end() {
      isUnderWay = false
      due = .now + started.duration(to: .now) * Sweep.share
    }
  }

  private let loop: EventLoop
  private unowned let backend: Backend
  private var isScheduled = false

  init(loop: EventLoop, _ backend: Backend) {
    self.loop = loop
    self.backend = backend
  }

  /// Goes on as long as there are handles.
  func wake() {
    guard !isScheduled, backend.handles.count > 0, backend.inspections.canAsk else { return }
    isScheduled = true
    _ = loop.schedule(after: Self.period) { [unowned self] in
      isScheduled = false
      backend.clients.forEachOwner { owner in
        guard owner.sweep.isDue, owner.account.handles > 0 else { return }
        owner.sweep.begin()
        look(at: owner, after: 0)
      }
      wake()
    }
  }

  private func look(at owner: Owner, after id: UInt64) {
    let ids = owner.target.isQuiet ? [] : backend.handleIDs(of: owner, after: id, limit: InspectionJob.rangeLimit)
    guard let last = ids.last else { return owner.sweep.end() }
    let youngest = Clock.microseconds - Self.minimumAge
    let records = ids.compactMap { backend.handles[$0] }.filter { $0.finding != .stale && $0.created < youngest }
    // One more for this function itself: answers may come before it returns.
    owner.sweep.pending = records.count + 1
    let answered = { [unowned self] (_: InspectionAnswer?) in
      owner.sweep.pending -= 1
      if owner.sweep.pending == 0 { look(at: owner, after: last) }
    }
    for record in records {
      backend.ask(about: record, of: owner, answered)
    }
    answered(nil)
  }
}
