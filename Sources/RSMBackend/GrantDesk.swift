import CRSM
import RSMControl
package import RSMKernel
package import SystemPackage

/// Serves the socket `grant`: who connects asks once, gets a descriptor or a refusal, and is let go.
///
/// Nobody can keep others waiting: a peer that says nothing goes after a while, and sooner if its user, or all together, have too
/// many of its kind. Belongs to the loop thread.
package final class GrantDesk {
  private static let patience: Duration = .seconds(2)
  /// How many are accepted before others have their turn.
  private static let portion = 16
  /// How long nobody is accepted when there is no descriptor for one.
  private static let pause: Duration = .milliseconds(100)

  private final class Peer {
    let socket: PeerSocket
    var watch: UInt64 = 0
    var deadline: UInt64 = 0

    init(_ socket: consuming PeerSocket) {
      self.socket = socket
    }
  }

  private let loop: EventLoop
  private let backend: Backend
  private let listener: ListeningSocket
  private let limit: Int
  /// Those that have not asked yet, oldest first.
  private var silent: [Peer] = []
  private var watch: UInt64 = 0

  /// Serves as long as the loop runs.
  ///
  /// - Parameter limit: how many silent peers there may be.
  package static func open(
    loop: EventLoop, backend: Backend, listener: consuming ListeningSocket, limit: Int
  ) throws(Errno) {
    try GrantDesk(loop: loop, backend: backend, listener: listener, limit: limit).open()
  }

  private init(loop: EventLoop, backend: Backend, listener: consuming ListeningSocket, limit: Int) {
    self.loop = loop
    self.backend = backend
    self.listener = listener
    self.limit = limit
  }

  private var limitPerUser: Int { max(1, limit / 4) }

  private func open() throws(Errno) {
    watch = try loop.watch(listener.raw) { self.admit() }
  }

  private func admit() {
    do throws(Errno) {
      for _ in 0..<Self.portion {
        guard let socket = try listener.accept() else { return }
        try welcome(Peer(socket))
      }
    } catch {
      loop.forget(watch, descriptor: listener.raw)
      pause()
    }
  }

  private func pause() {
    _ = loop.schedule(after: Self.pause) {
      do throws(Errno) {
        try self.open()
      } catch {
        self.pause()
      }
    }
  }

  private func welcome(_ peer: Peer) throws(Errno) {
    if hear(peer) { return }
    let ofUser = silent.filter { $0.socket.uid == peer.socket.uid }
    if ofUser.count >= limitPerUser, let oldest = ofUser.first { dismiss(oldest) }
    if silent.count >= limit, let oldest = silent.first { dismiss(oldest) }
    peer.watch = try loop.watch(peer.socket.raw) { [unowned self, unowned peer] in
      if hear(peer) { dismiss(peer) }
    }
    peer.deadline = loop.schedule(after: Self.patience) { [unowned self, unowned peer] in dismiss(peer) }
    silent.append(peer)
  }

  private func dismiss(_ peer: Peer) {
    silent.removeAll { $0 === peer }
    loop.cancel(peer.deadline)
    loop.forget(peer.watch, descriptor: peer.socket.raw)
  }

  /// Answers a peer that has asked.
  ///
  /// - Returns: whether nothing more is to be expected of it.
  private func hear(_ peer: Peer) -> Bool {
    var request = rsm_grant_request()
    do throws(Errno) {
      let count = try unsafe withUnsafeMutableBytes(of: &request) { bytes throws(Errno) in
        try unsafe peer.socket.receive(into: bytes)
      }
      if count == MemoryLayout<rsm_grant_request>.size { answer(request, to: peer) }
      return true
    } catch {
      return error != .wouldBlock
    }
  }

  /// A peer that has gone meanwhile is not there to be answered.
  private func answer(_ request: rsm_grant_request, to peer: Peer) {
    do throws(Refusal) {
      let descriptor = try backend.grant(request, to: peer.socket.inode)
      send(RSM_SUCCESS, passing: descriptor.raw, to: peer)
    } catch {
      send(error.code, passing: -1, to: peer)
    }
  }

  private func send(_ code: Int32, passing descriptor: Int32, to peer: Peer) {
    unsafe withUnsafeBytes(of: rsm_grant_result(code: UInt64(UInt32(bitPattern: code)))) { bytes in
      try? unsafe peer.socket.send(bytes, passing: descriptor)
    }
  }
}
