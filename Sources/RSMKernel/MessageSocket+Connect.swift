import CLinux
import Glibc
package import SystemPackage

extension MessageSocket {
  /// Connects to the socket called `name` in `directory`, whose path may be longer than an address has room for.
  package init(connectingTo name: String, in directory: String) throws(Errno) {
    let place = Descriptor(owning: try checked { unsafe clinux_open_path(directory) })
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    self.init(owning: try checked { Glibc.socket(AF_UNIX, kind, 0) })
    let raw = raw
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("/proc/self/fd/\(place.raw)/\(name)".utf8)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .fileNameTooLong }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    _ = try checkedRetrying {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe connect(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }
}
