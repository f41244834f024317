import RSMKernel
import SystemPackage

/// One end of the socket between the keeper and the agent.
final class KeeperLink {
  private let socket: MessageSocket

  init(_ socket: consuming MessageSocket) {
    self.socket = socket
  }

  var descriptor: Int32 { socket.raw }

  /// Sends a message. A closed other end is no error here: both sides learn of it by reading.
  func send(_ message: KeeperMessage, passing descriptor: Int32 = -1) {
    try? socket.send(message.words, passing: descriptor)
  }

  /// - Returns: nil when the other end is closed. The message is nil if it means nothing.
  func receive() -> (message: KeeperMessage?, passed: Int32)? {
    guard let (words, passed) = try? socket.receive() else { return nil }
    return (KeeperMessage(words: words), passed)
  }
}
