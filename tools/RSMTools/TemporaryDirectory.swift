import Glibc
import RSMKernel
package import SystemPackage

/// New directories for this process alone, below `$TMPDIR` or `/tmp`.
package enum TemporaryDirectory {
  package static var parent: String {
    guard let directory = unsafe getenv("TMPDIR") else { return "/tmp" }
    return unsafe String(cString: directory)
  }

  /// Makes one, whose name starts with `prefix` (mkdtemp(3)).
  package static func make(prefix: String) throws(Errno) -> String {
    var path = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
    guard unsafe mkdtemp(&path) != nil else { throw .current }
    return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
