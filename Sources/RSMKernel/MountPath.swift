import Glibc
package import SystemPackage

/// Paths of mount points.
package enum MountPath {
  /// The path as the mount table shows it. Only the directory above must exist, and what is mounted is not touched: readlink(2) does
  /// not ask the filesystem of a directory.
  package static func resolve(_ path: String) throws(Errno) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    let start = path.hasPrefix("/") ? "/" : "./"
    do throws(Errno) {
      return try realPath(start + parts.joined(separator: "/"))
    } catch .noSuchFileOrDirectory {
      guard let name = parts.last, name != ".." else { throw .noSuchFileOrDirectory }
      let parent = try realPath(start + parts.dropLast().joined(separator: "/"))
      return parent == "/" ? "/\(name)" : "\(parent)/\(name)"
    }
  }

  private static func realPath(_ path: String) throws(Errno) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw .current }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
