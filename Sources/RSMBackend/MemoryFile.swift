/// An open file `memory` of a segment.
struct MemoryFile {
  /// Whom it counts for.
  let opener: Quotas.User
  let publication: Publication
  /// What it was opened for.
  let rights: Rights
  /// Whether the kernel reads, writes and maps the memory itself.
  let isPassthrough: Bool
  /// The connection made on it.
  var connection: UInt64?
}
