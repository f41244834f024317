import CRSM

/// What a connection may do, as `RSM_PERM_READ` and `RSM_PERM_WRITE`.
package struct Rights: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  package static let read = Rights(rawValue: UInt32(RSM_PERM_READ))
  package static let write = Rights(rawValue: UInt32(RSM_PERM_WRITE))
}

extension Rights: CustomStringConvertible {
  /// As in the file `importers`.
  package var description: String {
    (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-")
  }
}
