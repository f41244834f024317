import CLinux
import Glibc
import RSMKernel
import SystemPackage

/// Tells the service manager that started rsmd how it is (sd_notify(3)). Without one it says nothing.
struct ServiceManager {
  enum Message: String {
    case ready = "READY=1"
    case stopping = "STOPPING=1"
    case watchdog = "WATCHDOG=1"
  }

  private let path: String?
  /// Half the time after which the service manager takes silence for death, nil if it does not watch.
  let watchdogInterval: Duration?

  init(environment: (String) -> String?) {
    path = environment("NOTIFY_SOCKET")
    let isOurs = environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
    let limit = environment("WATCHDOG_USEC").flatMap { Int64($0) }
    watchdogInterval = isOurs ? limit.map { .microseconds($0 / 2) } : nil
  }

  func send(_ message: Message) {
    guard let path, let socket = try? Descriptor(owning: checked { Glibc.socket(AF_UNIX, Self.kind, 0) }) else {
      return
    }
    let text = Array(message.rawValue.utf8)
    unsafe withUnixAddress(path) { address, length in
      _ = unsafe sendto(socket.raw, text, text.count, Int32(MSG_NOSIGNAL), address, length)
    }
  }

  private static let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  /// A path, or with `@` a name of the abstract name space (unix(7)).
  private func withUnixAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    if bytes.first == UInt8(ascii: "@") { unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0[0] = 0 } }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }
}
