import CRSM
import Glibc
import RSMKernel

/// Memory of this process as an export segment, by the C functions.
@safe final class ExportedMemory {
  let id: rsm_memseg_id_t
  private let memory: WarmMemory
  private let segment: rsm_memseg_export_handle_t?

  /// Exports and publishes for this user.
  init(_ memory: WarmMemory, _ controller: rsmapi_controller_handle_t?) throws(Problem) {
    var segment: rsm_memseg_export_handle_t?
    unsafe try succeed(
      "rsm_memseg_export_create",
      rsm_memseg_export_create(
        controller, &segment, UnsafeMutableRawPointer(bitPattern: memory.pages.start),
        Int(memory.pages.byteCount), 0))
    var id: rsm_memseg_id_t = 0
    var list = rsmapi_access_entry_t(ae_node: 0, ae_permission: rsm_permission_t(RSM_PERM_RDWR))
    unsafe try succeed("rsm_memseg_export_publish", rsm_memseg_export_publish(segment, &id, &list, 1))
    self.id = id
    self.memory = memory
    unsafe self.segment = unsafe segment
  }

  func destroy() throws(Problem) {
    unsafe try succeed("rsm_memseg_export_destroy", rsm_memseg_export_destroy(segment))
  }
}

/// Refuses the error of a C function.
func succeed(_ function: String, _ error: Int32) throws(Problem) {
  guard error == RSM_SUCCESS else { throw Problem(message: "\(function) failed with RSM error \(error)") }
}

/// A controller that is never released.
func loopback() throws(Problem) -> rsmapi_controller_handle_t? {
  var controller: rsmapi_controller_handle_t?
  unsafe try succeed("rsm_get_controller", rsm_get_controller(nil, &controller))
  return unsafe controller
}
