// swift-format-ignore-file: AmbiguousTrailingClosureOverload

// What the closure answers tells the overloads apart; one generic function would not be specialised across modules.
import Glibc
package import SystemPackage

/// Runs a system call that answers -1 on failure and turns that into its `Errno`.
package func checked(_ call: () -> Int32) throws(Errno) -> Int32 {
  try outcome(of: call)
}

/// As the other one, for calls that answer a size.
package func checked(_ call: () -> Int) throws(Errno) -> Int {
  try outcome(of: call)
}

/// As `checked`, but repeats a call that a signal interrupted (`EINTR`).
package func checkedRetrying(_ call: () -> Int32) throws(Errno) -> Int32 {
  try uninterruptedOutcome(of: call)
}

/// As the other one, for calls that answer a size.
package func checkedRetrying(_ call: () -> Int) throws(Errno) -> Int {
  try uninterruptedOutcome(of: call)
}

private func outcome<Value: FixedWidthInteger>(of call: () -> Value) throws(Errno) -> Value {
  let value = call()
  guard value == -1 else { return value }
  throw Errno(rawValue: errno)
}

private func uninterruptedOutcome<Value: FixedWidthInteger>(of call: () -> Value) throws(Errno) -> Value {
  while true {
    do throws(Errno) {
      return try outcome(of: call)
    } catch .interrupted {
      continue
    }
  }
}
