/// Who may connect to a segment, as the mode of a file: for its owner, its group and everybody else, chmod(2).
public struct AccessMode: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let ownerRead = Self(rawValue: 0o400)
  public static let ownerWrite = Self(rawValue: 0o200)
  public static let groupRead = Self(rawValue: 0o040)
  public static let groupWrite = Self(rawValue: 0o020)
  public static let othersRead = Self(rawValue: 0o004)
  public static let othersWrite = Self(rawValue: 0o002)
}
