import Glibc

/// A moment, printed in seconds since 1970 with microseconds.
package struct Timestamp: Equatable, Comparable, Sendable, CustomStringConvertible {
  package let microseconds: UInt64

  package init(microseconds: UInt64) {
    self.microseconds = microseconds
  }

  package var description: String {
    let fraction = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }

  /// In UTC with milliseconds, as in `2026-11-30T17:05:09.042Z` (RFC 3339).
  package var utc: String {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let milliseconds = String(microseconds / 1000 % 1000)
    return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      + ".\(String(repeating: "0", count: 3 - milliseconds.count))\(milliseconds)Z"
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}
