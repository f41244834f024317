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

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}
