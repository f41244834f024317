import CLinux
import Glibc
package import SystemPackage

extension MessageSocket {
  /// Connects to the socket called `name` in `directory`, whose path may be longer than an address has room for.
  package init(connectingTo name: String, in directory: String) throws(Errno) {
    let place = Descriptor(owning: try checked { unsafe clinux_open_path(directory) })
    self.init(owning: try Self.connect(to: "/proc/self/fd/\(place.raw)/\(name)"))
  }

  /// - Returns: a connected socket that the caller owns.
  private static func connect(to path: String) throws(Errno) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .fileNameTooLong }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let raw = try checked { Glibc.socket(AF_UNIX, kind, 0) }
    do throws(Errno) {
      _ = try checkedRetrying {
        unsafe withUnsafePointer(to: &address) { pointer in
          unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
          }
        }
      }
    } catch {
      close(raw)
      throw error
    }
    return raw
  }
}
