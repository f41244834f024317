package import CRSM

extension rsm_ctl_create_export: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_create_export_command }

  package var value: UInt64 {
    get { id }
    set { id = newValue }
  }

  package var detail: UInt32 {
    get { generation_slot }
    set { generation_slot = newValue }
  }
}

/// A request that withdraws an export.
package protocol WithdrawalRequest: MutatingRequest {
  var id: UInt64 { get }
  var moved: UInt32 { get set }
}

extension WithdrawalRequest {
  package var value: UInt64 {
    get { UInt64(moved) }
    set { moved = UInt32(truncatingIfNeeded: newValue) }
  }
}

extension rsm_ctl_destroy_export: WithdrawalRequest {
  package static var command: UInt32 { rsm_ctl_destroy_export_command }
}

extension rsm_ctl_unpublish: WithdrawalRequest {
  package static var command: UInt32 { rsm_ctl_unpublish_command }
}

extension rsm_ctl_publish: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_publish_command }

  package var value: UInt64 {
    get { UInt64(segment_id) }
    set { segment_id = UInt32(truncatingIfNeeded: newValue) }
  }
}

extension rsm_ctl_republish: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_republish_command }
}

extension rsm_ctl_reserve_export: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_reserve_export_command }

  package var value: UInt64 {
    get { UInt64(moves) }
    set { moves = UInt32(truncatingIfNeeded: newValue) }
  }
}

extension rsm_ctl_connect: ControlRequest {
  package static var command: UInt32 { rsm_ctl_connect_command }
}

extension rsm_ctl_disconnect: ControlRequest {
  package static var command: UInt32 { rsm_ctl_disconnect_command }
}
