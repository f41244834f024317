import CLinux
import Glibc
package import SystemPackage

/// A Unix socket that strangers connect to and send whole messages (unix(7), `SOCK_SEQPACKET`). It never waits.
package struct ListeningSocket: ~Copyable, Sendable {
  /// How many may have connected and not been accepted yet.
  private static let backlog: Int32 = 256

  private let descriptor: Descriptor

  package init() throws(Errno) {
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    descriptor = Descriptor(owning: try checked { socket(AF_UNIX, kind, 0) })
  }

  package init(owning raw: Int32) {
    descriptor = Descriptor(owning: raw)
  }

  package var raw: Int32 { descriptor.raw }

  /// Makes the node `name` in the working directory and begins to listen. Waits for the filesystem the directory is on.
  package func bind(_ name: String) throws(Errno) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    precondition(name.utf8.count < MemoryLayout.size(ofValue: address.sun_path), "the name fits")
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name.utf8) }
    _ = try checked {
      unsafe withUnsafePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe Glibc.bind(descriptor.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
    _ = try checked { listen(descriptor.raw, Self.backlog) }
  }

  /// - Returns: nil if nobody is there, or who was has gone.
  package func accept() throws(Errno) -> PeerSocket? {
    do throws(Errno) {
      return try PeerSocket(Descriptor(owning: try checkedRetrying { clinux_accept(descriptor.raw) }))
    } catch .wouldBlock {
      return nil
    } catch .connectionAbort {
      return nil
    }
  }
}
