import CRSM

/// What an importer may do with a segment, `RSM_PERM_READ` and `RSM_PERM_WRITE`.
public struct AccessRights: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// `RSM_PERM_READ`: to get, and to load through a mapping.
  public static let read = Self(rawValue: UInt32(RSM_PERM_READ))
  /// `RSM_PERM_WRITE`: to put, and to store through a mapping.
  public static let write = Self(rawValue: UInt32(RSM_PERM_WRITE))
}
