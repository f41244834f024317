/// The number that a segment is published under, the name of its directory in `segments` of the control filesystem.
///
/// Applications choose from 0x400000 to 0x7fffffff.
public struct SegmentID: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public init(integerLiteral value: UInt32) {
    rawValue = value
  }

  /// Decimal, as the directory is called.
  public var description: String { String(rawValue) }
}
