// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_set_mode(_ im_memseg: rsm_memseg_import_handle_t!, _ mode: rsm_barrier_mode_t) -> Int32 {
  result { () throws(RSMError) in
    let imports = unsafe try ImportTable.current()
    let segment = unsafe try imports.pointee.live(Token(im_memseg))
    let chosen: BarrierMode
    switch mode {
    case RSM_BARRIER_MODE_EXPLICIT: chosen = .explicit
    case RSM_BARRIER_MODE_IMPLICIT: chosen = .implicit
    default:
      throw RSMError(
        .badMode,
        "\(mode.rawValue) is no mode; RSM_BARRIER_MODE_EXPLICIT (\(RSM_BARRIER_MODE_EXPLICIT.rawValue)) and "
          + "RSM_BARRIER_MODE_IMPLICIT (\(RSM_BARRIER_MODE_IMPLICIT.rawValue)) are")
    }
    unsafe try imports.pointee.setMode(of: segment, chosen)
  }
}

@c @implementation
public func rsm_memseg_import_get_mode(
  _ im_memseg: rsm_memseg_import_handle_t!, _ mode: UnsafeMutablePointer<rsm_barrier_mode_t>!
) -> Int32 {
  result { () throws(RSMError) in
    let current = unsafe try ImportTable.current().pointee.mode(of: Token(im_memseg))
    guard let mode = unsafe mode else { throw RSMError(.badAddress, "mode is NULL") }
    unsafe mode.pointee = current == .implicit ? RSM_BARRIER_MODE_IMPLICIT : RSM_BARRIER_MODE_EXPLICIT
  }
}
