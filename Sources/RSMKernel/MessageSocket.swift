import CLinux
import Glibc
package import SystemPackage

/// One end of a connected pair that carries whole messages, each with at most one descriptor (unix(7), `SOCK_SEQPACKET`).
package struct MessageSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor

  package init(owning raw: Int32) {
    descriptor = Descriptor(owning: raw)
  }

  /// Both ends of a new pair.
  package struct Pair: ~Copyable {
    package let ours: MessageSocket
    package let theirs: MessageSocket

    package init() throws(Errno) {
      var ends: [Int32] = [-1, -1]
      let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      _ = try checked { unsafe socketpair(AF_UNIX, kind, 0, &ends) }
      ours = MessageSocket(owning: ends[0])
      theirs = MessageSocket(owning: ends[1])
    }

    /// Keeps one end and closes the other.
    package consuming func takeOurs() -> MessageSocket {
      ours
    }
  }

  package var raw: Int32 { descriptor.raw }

  /// Sends one message; `passing` goes along and stays open here.
  package func send(_ words: [UInt64], passing: Int32 = -1) throws(Errno) {
    _ = try checkedRetrying {
      unsafe words.withUnsafeBytes { unsafe clinux_send(descriptor.raw, $0.baseAddress, $0.count, passing) }
    }
  }

  /// Waits for one message of at most `limit` words.
  ///
  /// - Returns: nil when the other end is closed.
  package func receive(limit: Int = 1024) throws(Errno) -> (words: [UInt64], passed: Int32)? {
    var words = [UInt64](repeating: 0, count: limit)
    var passed: Int32 = -1
    let count = try checkedRetrying {
      unsafe words.withUnsafeMutableBytes { bytes in
        unsafe clinux_receive(descriptor.raw, bytes.baseAddress, bytes.count, &passed)
      }
    }
    guard count > 0 else { return nil }
    words.removeLast(limit - count / MemoryLayout<UInt64>.size)
    return (words, passed)
  }
}
