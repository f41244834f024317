import CRSM
import Glibc
import RSMControl
package import RSMKernel
package import Synchronization

/// What a connection gives an importer: the memory of the segment, the rights to it, and the word that tells when it is withdrawn.
@safe package final class ImportedMemory: Sendable {
  /// The number of the connection at rsmd.
  private let id: UInt64
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
    counter: UnsafePointer<Atomic<UInt64>>, generation: UInt64, id: UInt64 = 0
  ) {
    self.id = id
    self.length = length
    self.rights = rights
    self.file = file
    self.connection = connection
    unsafe self.counter = unsafe counter
    self.generation = generation
  }

  /// Says so: a forked child may keep the open file, whose end is the end of the connection too.
  deinit {
    var request = rsm_ctl_disconnect()
    request.id = id
    let command = UInt(rsm_ctl_disconnect.command)
    switch connection {
    case .some(let connection): _ = unsafe ioctl(connection.raw, command, &request)
    case .none: _ = unsafe ioctl(descriptor, command, &request)
    }
  }

  /// The number of `file`, -1 for none.
  var descriptor: Int32 {
    switch file {
    case .some(let file): file.raw
    case .none: -1
    }
  }
}
