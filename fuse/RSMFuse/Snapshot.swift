import RSMBackend

/// An open text file.
struct Snapshot {
  /// Whom it counts for.
  let opener: Quotas.User
  /// As of the last read from the start.
  var text: [UInt8] = []
}
