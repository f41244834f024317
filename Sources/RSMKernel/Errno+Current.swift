import Glibc
package import SystemPackage

extension Errno {
  /// The calling thread's errno(3).
  package static var current: Errno { Errno(rawValue: errno) }
}
