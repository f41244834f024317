import CLinux
import Glibc
package import SystemPackage

/// Waits for descriptors and deadlines and calls their handlers, all on the thread that calls `run` or `turn` (epoll(7)).
package final class EventLoop {
  package typealias Handler = () -> Void

  private struct Deadline {
    let time: ContinuousClock.Instant
    let id: UInt64
    let handler: Handler
  }

  private let epoll: Descriptor
  private let timer: Descriptor
  private var handlers: [UInt64: Handler] = [:]
  private var deadlines: [Deadline] = []
  private var lastID: UInt64 = 0
  package private(set) var isStopped = false

  package init() throws(Errno) {
    epoll = Descriptor(owning: try checked { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    timer = Descriptor(owning: try checked { timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK)) })
    _ = try watch(timer.raw) { [unowned self] in fireDeadlines() }
  }

  /// Readable while a handler is due.
  package var pollable: Int32 { epoll.raw }

  /// Calls `handler` whenever `descriptor` is readable or hung up.
  ///
  /// - Returns: the id to give to `forget` before the descriptor is closed.
  package func watch(_ descriptor: Int32, _ handler: @escaping Handler) throws(Errno) -> UInt64 {
    try watch(descriptor, for: EPOLLIN, handler)
  }

  /// As `watch`, for a file of /proc that tells by an urgent event that its contents have changed, and is always readable.
  package func watchChanges(of descriptor: Int32, _ handler: @escaping Handler) throws(Errno) -> UInt64 {
    try watch(descriptor, for: EPOLLPRI, handler)
  }

  private func watch(_ descriptor: Int32, for events: EPOLL_EVENTS, _ handler: @escaping Handler) throws(Errno)
    -> UInt64
  {
    lastID += 1
    var event = unsafe epoll_event()
    unsafe event.events = events.rawValue
    unsafe event.data.u64 = lastID
    _ = try checked { unsafe epoll_ctl(epoll.raw, EPOLL_CTL_ADD, descriptor, &event) }
    handlers[lastID] = handler
    return lastID
  }

  package func forget(_ id: UInt64, descriptor: Int32) {
    handlers[id] = nil
    var unused = unsafe epoll_event()
    _ = unsafe epoll_ctl(epoll.raw, EPOLL_CTL_DEL, descriptor, &unused)
  }

  /// Calls `handler` once, after `delay`.
  package func schedule(after delay: Duration, _ handler: @escaping Handler) -> UInt64 {
    lastID += 1
    deadlines.append(Deadline(time: .now + delay, id: lastID, handler: handler))
    setTimer()
    return lastID
  }

  package func cancel(_ id: UInt64) {
    deadlines.removeAll { $0.id == id }
    setTimer()
  }

  package func stop() {
    isStopped = true
  }

  /// Serves until `stop` is called.
  package func run() throws(Errno) {
    while !isStopped {
      try turn(waiting: true)
    }
  }

  /// Calls the handlers that are due. One that an earlier handler of the same turn has removed is not called.
  package func turn(waiting: Bool) throws(Errno) {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
    let count = try checkedRetrying {
      unsafe epoll_wait(epoll.raw, &events, Int32(events.count), waiting ? -1 : 0)
    }
    for index in 0..<Int(count) where !isStopped {
      unsafe handlers[events[index].data.u64]?()
    }
  }

  private func setTimer() {
    var setting = itimerspec()
    if let next = deadlines.min(by: { $0.time < $1.time }) {
      // Zero would disarm the timer.
      let left = max(ContinuousClock.now.duration(to: next.time), .nanoseconds(1))
      setting.it_value.tv_sec = Int(left.components.seconds)
      setting.it_value.tv_nsec = Int(left.components.attoseconds / 1_000_000_000)
    }
    _ = unsafe timerfd_settime(timer.raw, 0, &setting, nil)
  }

  private func fireDeadlines() {
    var expirations: UInt64 = 0
    _ = unsafe read(timer.raw, &expirations, MemoryLayout<UInt64>.size)
    let now = ContinuousClock.now
    let due = deadlines.filter { $0.time <= now }
    deadlines.removeAll { $0.time <= now }
    for deadline in due.sorted(by: { $0.time < $1.time }) {
      deadline.handler()
    }
    setTimer()
  }
}
