import CLinux
import Glibc
package import SystemPackage

/// An exclusive lock on a directory, gone with its owner (flock(2)).
///
/// It lies on the directory itself, not on what is mounted over it afterwards, so it is the same under every path and in every
/// namespace.
package struct DirectoryLock: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Returns: nil where another process holds it, where the directory has been removed, or where a filesystem of type `type` lies
  ///   over it, which is not touched.
  package init?(_ path: String, unlessMounted type: String) throws(Errno) {
    let place = Descriptor(owning: try checked { unsafe clinux_open_path(path) })
    let mount = try Self.mount(of: place.raw)
    guard try !MountTable().entries.contains(where: { $0.id == mount && $0.type == type }) else { return nil }
    let descriptor = try Descriptor(opening: "/proc/self/fd/\(place.raw)", flags: O_RDONLY | O_DIRECTORY)
    do throws(Errno) {
      _ = try checkedRetrying { flock(descriptor.raw, LOCK_EX | LOCK_NB) }
    } catch .wouldBlock {
      return nil
    }
    var information = stat()
    _ = try checked { unsafe fstat(descriptor.raw, &information) }
    guard information.st_nlink > 0 else { return nil }
    self.descriptor = descriptor
  }

  /// The id, as the mount table gives it, of the mount that an open file is on (proc_pid_fdinfo(5)).
  private static func mount(of descriptor: Int32) throws(Errno) -> Int? {
    let lines = try TextFile.read("/proc/self/fdinfo/\(descriptor)").split(separator: "\n")
    return lines.first { $0.hasPrefix("mnt_id:") }.flatMap { Int($0.split(separator: "\t").last ?? "") }
  }
}
