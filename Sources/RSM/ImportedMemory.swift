package import RSMKernel
package import Synchronization

/// What a connection gives an importer: the memory of the segment, the rights to it, and the word that tells when it is withdrawn.
@safe package final class ImportedMemory: Sendable {
  /// Bytes, whole pages.
  package let length: UInt
  /// What was granted.
  package let rights: AccessRights
  /// The open file to map: sealed against shrinking, so that no access can fault. nil if no right was granted.
  let file: Descriptor?
  /// The open file whose end is the end of the connection, nil if that is `file`.
  let connection: Descriptor?
  /// Counts the withdrawals of the segment, on a page that is never unmapped in this process.
  nonisolated(unsafe) let counter: UnsafePointer<Atomic<UInt64>>
  /// What the counter was when the connection was made.
  let generation: UInt64

  package init(
    length: UInt, rights: AccessRights, file: consuming Descriptor?, connection: consuming Descriptor? = nil,
    counter: UnsafePointer<Atomic<UInt64>>, generation: UInt64
  ) {
    self.length = length
    self.rights = rights
    self.file = file
    self.connection = connection
    unsafe self.counter = unsafe counter
    self.generation = generation
  }

  /// The number of `file`, -1 for none.
  var descriptor: Int32 {
    switch file {
    case .some(let file): file.raw
    case .none: -1
    }
  }
}
