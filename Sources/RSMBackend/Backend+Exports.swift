import CRSM
import RSMControl
import RSMKernel

/// The requests about segments that come on `ctl`.
extension Backend {
  func carryOutOnSegments(
    command: UInt32, file id: UInt64, caller: Caller, _ bytes: UnsafeMutableRawBufferPointer
  ) -> Int32? {
    switch command {
    case rsm_ctl_create_export.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_create_export) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, file, owner throws(Refusal) in
          try createExport(&request, file, owner, caller)
        }
      }
    case rsm_ctl_destroy_export.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_destroy_export) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, _, owner throws(Refusal) in
          request.moved = destroy(try export(request.id, owner)) ? 1 : 0
        }
      }
    case rsm_ctl_publish.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_publish) throws(Refusal) in
        guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
        try mutate(&request, file: id, caller) { request, _, owner throws(Refusal) in
          let export = try export(request.id, owner)
          request.segment_id = try segments.publish(export, as: request.segment_id, mode: request.mode).segmentID
        }
      }
    case rsm_ctl_unpublish.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_unpublish) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, _, owner throws(Refusal) in
          request.moved = try segments.unpublish(try export(request.id, owner)) ? 1 : 0
        }
      }
    case rsm_ctl_reserve_export.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_reserve_export) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, _, owner throws(Refusal) in
          request.moves = try segments.reserve(try export(request.id, owner)) ? 1 : 0
        }
      }
    case rsm_ctl_republish.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_republish) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, _, owner throws(Refusal) in
          try segments.republish(try export(request.id, owner), mode: request.mode)
        }
      }
    case rsm_ctl_connect.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_connect) throws(Refusal) in
        try connect(&request, control: try openFile(id), caller)
      }
    case rsm_ctl_disconnect.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_disconnect) throws(Refusal) in
        try disconnect(request, control: try openFile(id), caller)
      }
    default:
      nil
    }
  }

  private func export(_ id: UInt64, _ owner: Owner) throws(Refusal) -> Export {
    try segments.export(id, of: owner.process.inode)
  }

  private func createExport(
    _ request: inout rsm_ctl_create_export, _ file: OpenFile, _ owner: Owner, _ caller: Caller
  ) throws(Refusal) {
    guard request.controller == RSM_CTL_LOOPBACK else {
      throw Refusal(code: RSMERR_CTLR_NOT_PRESENT, reason: .badController)
    }
    guard request.id == 0, request.generation_slot == 0 else {
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField)
    }
    guard let pages = PageRange(address: UInt(request.address), length: UInt(request.length)),
      pages.byteCount == request.length
    else { throw Refusal(code: RSMERR_BAD_ADDR, reason: .badRange) }
    let user = owner.account.user
    do throws(Excess) {
      try quotas.addSegment(of: request.length, to: user)
    } catch {
      log.report(error, "an export segment of \(request.length) bytes", uid: user.uid, pid: owner.process.pid)
      throw error.refusal
    }
    do throws(Refusal) {
      let export = try segments.create(
        ExportRequest(
          exporter: owner.process.inode, pid: owner.process.pid, uid: caller.uid, gid: caller.gid,
          address: request.address, length: request.length, umask: request.umask))
      file.exports.insert(export.id)
      request.id = export.id
      request.generation_slot = export.generationSlot
    } catch {
      quotas.removeSegment(of: request.length, from: user)
      log.report(
        .refusal(error.reason),
        "refused an export segment of \(request.length) bytes to uid \(user.uid), pid \(owner.process.pid): "
          + error.reason.explanation)
      throw error
    }
  }

  private func destroy(_ export: Export) -> Bool {
    let owner = clients[process: export.exporter]
    for file in owner?.files ?? [] { clients[file: file]?.exports.remove(export.id) }
    if let user = owner?.account.user { quotas.removeSegment(of: export.length, from: user) }
    return segments.destroy(export)
  }

  /// Ends what was made on an open file of `ctl`.
  func endSegments(of file: OpenFile, _ user: Quotas.User) {
    for id in file.exports.sorted() {
      guard let export = segments[export: id] else { continue }
      _ = segments.destroy(export)
      quotas.removeSegment(of: export.length, from: user)
    }
    file.exports = []
    for id in file.connections { end(connection: id, user) }
    file.connections = []
  }
}
