import Glibc
import RSMKernel
package import SystemPackage

/// Directories with a name nobody else has.
package enum TemporaryDirectory {
  /// Makes `<parent>/<prefix>-XXXXXX`, for this user alone.
  package static func make(in parent: String, prefix: String) throws(Errno) -> String {
    var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
    _ = try checked { unsafe mkdtemp(&template) == nil ? Int32(-1) : 0 }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
