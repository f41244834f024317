import CRSM
import RSMControl
import RSMKernel
import SystemPackage

extension Backend {
  /// A descriptor for a process: a fresh open file, so that nothing done to it can be seen on ours.
  ///
  /// - Parameter inode: the pidfs inode of the process.
  func grant(_ request: rsm_grant_request, to inode: UInt64) throws(Refusal) -> Descriptor {
    guard clients[process: inode] != nil else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .noHello) }
    switch request.what {
    case UInt64(RSM_GRANT_GENERATIONS.rawValue):
      guard request.id == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
      return try opened { () throws(Errno) in try segments.generations.reopen() }
    case UInt64(RSM_GRANT_EXPORT.rawValue):
      guard let memory = try segments.export(request.id, of: inode).memory else {
        throw Refusal(code: RSMERR_BAD_SEG_HNDL, reason: .noSuchExport)
      }
      return try opened { () throws(Errno) in try memory.file.reopen(writable: true) }
    case UInt64(RSM_GRANT_RESERVE.rawValue):
      guard let memory = try segments.export(request.id, of: inode).reserve else {
        throw Refusal(code: RSMERR_BAD_SEG_HNDL, reason: .notReserved)
      }
      return try opened { () throws(Errno) in try memory.file.reopen(writable: true) }
    case UInt64(RSM_GRANT_CONNECTION.rawValue):
      guard let connection = segments[connection: request.id], connection.owner == inode else {
        throw Refusal(code: RSMERR_BAD_SEG_HNDL, reason: .notConnected)
      }
      guard !connection.rights.isEmpty else { throw Refusal(code: RSMERR_PERM_DENIED, reason: .badMode) }
      guard let memory = connection.memory else { throw Refusal(code: RSMERR_CONN_ABORTED, reason: .notPublished) }
      let writable = connection.rights.contains(.write)
      let descriptor = try opened { () throws(Errno) in try memory.file.reopen(writable: writable) }
      memory.isGranted = true
      return descriptor
    default:
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField)
    }
  }

  private func opened(_ open: () throws(Errno) -> Descriptor) throws(Refusal) -> Descriptor {
    do throws(Errno) {
      return try open()
    } catch {
      log.report(.refusal(.noDescriptor), "cannot hand out memory: \(error)")
      throw Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noDescriptor)
    }
  }
}
