import CLinux
import Glibc
package import SystemPackage

/// Who serves the filesystem that is mounted on a directory, found out without touching the mount.
///
/// A server writes its mark into the source of its mount, behind a prefix: the mount may hang or be dead, the mark is there.
package enum MountOccupant: Equatable, Sendable {
  /// Nothing of the type is mounted there.
  case nobody
  /// This process serves it.
  case server(ProcessMark)
  /// The process that served it has ended.
  case dead
  /// Of the type, but made by another program or in another PID namespace.
  case unknown

  /// - Parameters:
  ///   - path: resolved, as `MountPath.resolve` does it.
  ///   - type: of the filesystem.
  package init(of path: String, type: String) throws(Errno) {
    guard let entry = try MountTable().top(at: path), entry.type == type else {
      self = .nobody
      return
    }
    let mark = entry.source.firstIndex(of: ":").flatMap { colon in
      ProcessMark(text: String(entry.source[entry.source.index(after: colon)...]))
    }
    guard let mark, mark.isOfThisNamespace else {
      self = .unknown
      return
    }
    guard try mark.open() != nil else {
      self = .dead
      return
    }
    // Anybody can mount something with the mark of another user's process in it.
    self =
      Self.owner(of: mark.pid).map { entry.options.split(separator: ",").contains("user_id=\($0)") } == true
      ? .server(mark) : .unknown
  }

  private static func owner(of process: Int32) -> UInt32? {
    var information = stat()
    return unsafe stat("/proc/\(process)", &information) == 0 ? information.st_uid : nil
  }
}
