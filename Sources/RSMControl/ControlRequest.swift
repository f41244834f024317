package import CRSM

/// A request or reply of rsm_ctl.h: a plain C structure and the ioctl number that carries it.
package protocol ControlRequest {
  init()
  static var command: UInt32 { get }
  /// Why the request was refused.
  var reason: UInt32 { get set }
}

/// A request that changes something and so names a slot of its open file.
package protocol MutatingRequest: ControlRequest {
  var slot: rsm_ctl_slot { get set }
  /// What a reply tells besides its result.
  var value: UInt64 { get set }
  /// What it tells besides that.
  var detail: UInt32 { get set }
}

extension MutatingRequest {
  /// Most replies tell nothing besides.
  package var value: UInt64 {
    get { 0 }
    set {}
  }

  package var detail: UInt32 {
    get { 0 }
    set {}
  }
}

extension rsm_ctl_hello: ControlRequest {
  package static var command: UInt32 { rsm_ctl_hello_command }
}

extension rsm_ctl_create_handle: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_create_handle_command }

  package var value: UInt64 {
    get { id }
    set { id = newValue }
  }
}

extension rsm_ctl_free_handle: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_free_handle_command }
}

extension rsm_ctl_strike_handle: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_strike_handle_command }
}

extension rsm_ctl_set_moving: MutatingRequest {
  package static var command: UInt32 { rsm_ctl_set_moving_command }
}
