import Glibc
package import SystemPackage

/// The entries of a directory, in the order the filesystem lists them (readdir(3)).
package enum Directory {
  /// Calls `body` with each name, `.` and `..` included, while the directory is being read.
  ///
  /// - Returns: why the directory could not be opened, nil if it could.
  package static func forEachName(in path: String, _ body: (String) -> Void) -> Errno? {
    guard let stream = unsafe opendir(path) else { return .current }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      body(name)
    }
    return nil
  }
}
