import CLinux
import Glibc
package import SystemPackage

/// Names a process, in a text, such that it cannot be mistaken for another one that gets its number later.
package struct ProcessMark: Equatable, Sendable {
  package let pid: Int32
  /// As `PIDFD.inode`.
  private let inode: UInt64
  /// The inode of the PID namespace that `pid` is a number of.
  private let namespace: UInt64

  /// The calling process.
  package init() throws(Errno) {
    pid = getpid()
    inode = try PIDFD(process: pid).inode
    namespace = try Self.ownNamespace()
  }

  package init?(text: String) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    guard words.count == 3, let pid = Int32(words[0]), pid > 0, let inode = UInt64(words[1]),
      let namespace = UInt64(words[2])
    else { return nil }
    self.pid = pid
    self.inode = inode
    self.namespace = namespace
  }

  package var text: String { "\(pid):\(inode):\(namespace)" }

  /// Whether the process can be looked for: it is of the same PID namespace as the calling one.
  package var isOfThisNamespace: Bool { (try? Self.ownNamespace()) == namespace }

  /// - Returns: nil if the process has ended.
  package func open() throws(Errno) -> PIDFD? {
    do throws(Errno) {
      let process = try PIDFD(process: pid)
      guard process.inode == inode, process.isAlive else { return nil }
      return process
    } catch .noSuchProcess {
      return nil
    }
  }

  private static func ownNamespace() throws(Errno) -> UInt64 {
    var information = stat()
    _ = try checked { unsafe stat("/proc/self/ns/pid", &information) }
    return UInt64(information.st_ino)
  }
}
