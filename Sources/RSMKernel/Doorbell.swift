import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// Lets the main thread sleep in a read(2) of one descriptor and still answer an event loop.
///
/// A second thread sleeps on the loop and does nothing but ring: it interrupts the read with a signal, and again every
/// millisecond until somebody comes, since a signal between the look at `isRinging` and the read would be lost. It saves an
/// epoll_wait(2) for every message on the descriptor, and no state is shared but the bell.
@safe package final class Doorbell: Sendable {
  private static let signal = SIGUSR1
  private static let repeatAfter: Int64 = 1_000_000

  private let ringing = Atomic<Bool>(false)
  private nonisolated(unsafe) let answered: UnsafeMutablePointer<sem_t>
  private let pollable: Int32

  /// Rings for `loop`, which lives as long as the process.
  package init(for loop: EventLoop) throws(Errno) {
    pollable = loop.pollable
    unsafe answered = .allocate(capacity: 1)
    unsafe sem_init(answered, 0, 0)
    _ = try checked { clinux_interrupt_calls_with(Self.signal) }
    var thread = pthread_t()
    let error = unsafe pthread_create(&thread, nil, Self.body, Unmanaged.passRetained(self).toOpaque())
    guard error == 0 else { throw Errno(rawValue: error) }
    pthread_detach(thread)
  }

  /// Whether the loop has something to do.
  package var isRinging: Bool { ringing.load(ordering: .acquiring) }

  /// Somebody has been to the loop.
  package func stop() {
    ringing.store(false, ordering: .releasing)
    unsafe sem_post(answered)
  }

  private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context = unsafe context else { return nil }
    let doorbell = unsafe Unmanaged<Doorbell>.fromOpaque(context).takeUnretainedValue()
    while true { doorbell.waitAndRing() }
  }

  private func waitAndRing() {
    var waiting = pollfd(fd: pollable, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&waiting, 1, -1) > 0 else { return }
    ringing.store(true, ordering: .releasing)
    let process = getpid()
    while isRinging {
      _ = clinux_tgkill(process, process, Self.signal)
      unsafe clinux_sem_wait_for(answered, Self.repeatAfter)
    }
    unsafe clinux_sem_drain(answered)
  }
}
