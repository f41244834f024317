import Glibc
import RSMKernel
package import SystemPackage

/// New directories for this process alone.
package enum TemporaryDirectory {
  /// `$TMPDIR`, or `/tmp`.
  package static var parent: String {
    guard let directory = unsafe getenv("TMPDIR") else { return "/tmp" }
    return unsafe String(cString: directory)
  }

  /// Makes one, whose name starts with `prefix` (mkdtemp(3)).
  package static func make(in parent: String = parent, prefix: String) throws(Errno) -> String {
    var path = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
    _ = try checked { unsafe mkdtemp(&path) == nil ? Int32(-1) : 0 }
    return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
