import RSMKernel

/// An export segment under a segment id, from its publication to its withdrawal.
package final class Publication {
  /// Never 0, never used again, also where the same export or the same segment id is published anew.
  package let number: UInt64
  package let segmentID: UInt32
  package let export: Export
  /// The access list.
  package internal(set) var mode: UInt32
  /// Microseconds since 1970.
  package let time = Clock.microseconds
  /// The live connections.
  var connections = AscendingList<UInt64>()

  init(number: UInt64, segmentID: UInt32, export: Export, mode: UInt32) {
    self.number = number
    self.segmentID = segmentID
    self.export = export
    self.mode = mode
  }

  package var connectionCount: Int { connections.count }
}
