package import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a system call that answers -1 on failure and turns that into its `Errno`.
package func checked<Value: FixedWidthInteger>(_ call: () -> Value) throws(Errno) -> Value {
  let value = call()
  guard value == -1 else { return value }
  throw Errno(rawValue: errno)
}

/// As `checked`, but repeats a call that a signal interrupted (`EINTR`).
package func checkedRetrying<Value: FixedWidthInteger>(_ call: () -> Value) throws(Errno) -> Value {
  while true {
    do {
      return try checked(call)
    } catch .interrupted {
      continue
    }
  }
}
