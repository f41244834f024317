import CRSM
import Glibc
import RSMKernel
import RSMTestSupport
import RSMTools
import SystemPackage
import Testing

/// rsmd as a service manager starts it.
@Suite struct ServiceTests {
  /// The socket on which a service manager hears its services (sd_notify(3)).
  private final class NotifySocket {
    let path: String
    private let socket: Descriptor

    init(in directory: String) throws {
      let path = directory + "/notify"
      let socket = Descriptor(owning: try checked { Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) })
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
      _ = try unsafe withUnsafePointer(to: &address) { pointer in
        try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          try checked { unsafe bind(socket.raw, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
      }
      self.path = path
      self.socket = socket
    }

    /// The next message, nil if none comes within 10 s.
    func next() throws -> String? {
      var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&waiting, 1, 10_000) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = try checkedRetrying { unsafe recv(socket.raw, &buffer, buffer.count, 0) }
      return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }

  @Test func theServiceManagerHearsOfEachStep() throws {
    let directory = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "service")
    let socket = try NotifySocket(in: directory)
    let mount = directory + "/mount"
    let log = directory + "/log"
    let output = Descriptor(owning: try checked { unsafe creat(log, 0o644) })
    let rsmd = try ChildProcess(
      [Workbench.shared.program("rsmd"), "--mount", mount],
      environment: ["NOTIFY_SOCKET=\(socket.path)", "WATCHDOG_USEC=200000", "JOURNAL_STREAM=8:1"],
      descriptors: [0, output.raw, output.raw])
    #expect(try socket.next() == "READY=1")
    #expect(try socket.next() == "WATCHDOG=1")
    #expect(try socket.next() == "WATCHDOG=1")
    rsmd.process.terminate()
    var last = try socket.next()
    while last == "WATCHDOG=1" { last = try socket.next() }
    #expect(last == "STOPPING=1")
    #expect(try rsmd.wait() == .exited(0))
    #expect(try TextFile.read(log).hasPrefix("<6>serving \(mount)"))
    #expect(unsafe access(mount, F_OK) != 0, "the directory that rsmd made is gone")
  }
}
