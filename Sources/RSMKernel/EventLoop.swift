import CLinux
import Glibc
package import SystemPackage

/// Waits for descriptors and deadlines and calls their handlers, all on the thread that calls `run` (epoll(7)).
package final class EventLoop {
  package typealias Handler = () -> Void

  private struct Deadline {
    let time: ContinuousClock.Instant
    let id: UInt64
    let handler: Handler
  }

  private let epoll: Descriptor
  private var handlers: [UInt64: Handler] = [:]
  private var deadlines: [Deadline] = []
  private var lastID: UInt64 = 0
  private var isRunning = false

  package init() throws(Errno) {
    epoll = Descriptor(owning: try checked { epoll_create1(Int32(EPOLL_CLOEXEC)) })
  }

  /// Calls `handler` whenever `descriptor` is readable or hung up.
  ///
  /// - Returns: the id to give to `forget` before the descriptor is closed.
  package func watch(_ descriptor: Int32, _ handler: @escaping Handler) throws(Errno) -> UInt64 {
    lastID += 1
    var event = unsafe epoll_event()
    unsafe event.events = EPOLLIN.rawValue
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
    return lastID
  }

  package func cancel(_ id: UInt64) {
    deadlines.removeAll { $0.id == id }
  }

  package func stop() {
    isRunning = false
  }

  /// Serves until `stop` is called. An event whose handler an earlier handler of the same batch removed is dropped.
  package func run() throws(Errno) {
    isRunning = true
    var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
    while isRunning {
      let timeout = millisecondsToNextDeadline()
      let count = try checkedRetrying {
        unsafe epoll_wait(epoll.raw, &events, Int32(events.count), timeout)
      }
      for index in 0..<Int(count) where isRunning {
        unsafe handlers[events[index].data.u64]?()
      }
      fireDeadlines()
    }
  }

  private func millisecondsToNextDeadline() -> Int32 {
    guard let next = deadlines.min(by: { $0.time < $1.time }) else { return -1 }
    let left = ContinuousClock.Instant.now.duration(to: next.time)
    guard left > .zero else { return 0 }
    return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
  }

  private func fireDeadlines() {
    guard !deadlines.isEmpty else { return }
    let now = ContinuousClock.Instant.now
    let due = deadlines.filter { $0.time <= now }
    deadlines.removeAll { $0.time <= now }
    for deadline in due.sorted(by: { $0.time < $1.time }) {
      deadline.handler()
    }
  }
}
