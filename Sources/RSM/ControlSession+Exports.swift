import CRSM
import RSMControl

/// The requests about export segments.
extension ControlSession {
  struct NewExport {
    /// The number of the export at rsmd.
    let id: UInt64
    let generationSlot: Int
  }

  /// Makes an export segment of `length` bytes, whole pages, for the memory at `address`.
  func createExport(address: UInt, length: UInt, umask: UInt32) throws(Failure) -> NewExport {
    let reply = try mutate { (request: inout rsm_ctl_create_export) in
      request.address = UInt64(address)
      request.length = UInt64(length)
      request.controller = UInt32(RSM_CTL_LOOPBACK)
      request.umask = umask
    }
    return NewExport(id: reply.id, generationSlot: Int(reply.generation_slot))
  }

  /// - Returns: whether others may hold the memory of the segment.
  func destroyExport(_ id: UInt64) throws(Failure) -> Bool {
    try mutate { (request: inout rsm_ctl_destroy_export) in request.id = id }.moved != 0
  }

  /// - Parameter mode: the access list as the mode of a file; nil for what the umask leaves.
  /// - Returns: the segment id.
  func publish(_ id: UInt64, as segment: UInt32, mode: UInt32?) throws(Failure) -> UInt32 {
    try mutate { (request: inout rsm_ctl_publish) in
      request.id = id
      request.segment_id = segment
      request.mode = mode ?? RSM_CTL_MODE_BY_UMASK
    }.segment_id
  }

  func republish(_ id: UInt64, mode: UInt32?) throws(Failure) {
    _ = try mutate { (request: inout rsm_ctl_republish) in
      request.id = id
      request.mode = mode ?? RSM_CTL_MODE_BY_UMASK
    }
  }

  /// Has memory ready that a published segment is to move to when it is withdrawn.
  ///
  /// - Returns: whether there is some: others may hold the old memory.
  func reserveExport(_ id: UInt64) throws(Failure) -> Bool {
    try mutate { (request: inout rsm_ctl_reserve_export) in request.id = id }.moves != 0
  }

  /// - Returns: whether the segment has other memory now, which was reserved.
  func unpublish(_ id: UInt64) throws(Failure) -> Bool {
    try mutate { (request: inout rsm_ctl_unpublish) in request.id = id }.moved != 0
  }

  /// Tells that memory of handles is moving, so that nobody believes what it looks like.
  func setMoving(_ isMoving: Bool) throws(Failure) {
    _ = try mutate { (request: inout rsm_ctl_set_moving) in request.moving = isMoving ? 1 : 0 }
  }
}
