import CRSM
import Glibc
import RSMKernel

/// A segment that this process is connected to, by the C functions.
@safe final class ConnectedSegment {
  private let segment: rsm_memseg_import_handle_t?
  private var barrier: UnsafeMutablePointer<rsmapi_barrier_t>?
  private var isMapped = false

  init(_ id: rsm_memseg_id_t, _ controller: rsmapi_controller_handle_t?) throws(Problem) {
    var segment: rsm_memseg_import_handle_t?
    unsafe try succeed(
      "rsm_memseg_import_connect",
      rsm_memseg_import_connect(controller, 0, id, rsm_permission_t(RSM_PERM_RDWR), &segment))
    unsafe self.segment = unsafe segment
  }

  deinit {
    unsafe barrier?.deallocate()
  }

  func map(_ byteCount: Int) throws(Problem) -> SharedWords {
    var address: UnsafeMutableRawPointer?
    unsafe try succeed(
      "rsm_memseg_import_map",
      rsm_memseg_import_map(segment, &address, RSM_MAP_NONE, rsm_permission_t(RSM_PERM_RDWR), 0, byteCount))
    isMapped = true
    guard let words = SharedWords(at: UInt(bitPattern: address)) else {
      throw Problem(message: "a segment is mapped at 0")
    }
    return words
  }

  /// For puts, which need one.
  func initializeBarrier() throws(Problem) {
    let memory = UnsafeMutablePointer<rsmapi_barrier_t>.allocate(capacity: 1)
    unsafe memory.initialize(to: rsmapi_barrier_t())
    unsafe barrier = unsafe memory
    unsafe try succeed(
      "rsm_memseg_import_init_barrier", rsm_memseg_import_init_barrier(segment, RSM_BARRIER_SEGMENT, memory))
  }

  func put(_ value: UInt64, at index: Int) throws(Problem) {
    var value = value
    unsafe try succeed(
      "rsm_memseg_import_put64",
      rsm_memseg_import_put64(segment, off_t(index * MemoryLayout<UInt64>.size), &value, 1))
  }

  /// Takes away its barrier and its mapping, and disconnects.
  func end() throws(Problem) {
    if let barrier = unsafe barrier {
      unsafe try succeed("rsm_memseg_import_destroy_barrier", rsm_memseg_import_destroy_barrier(barrier))
    }
    if isMapped { unsafe try succeed("rsm_memseg_import_unmap", rsm_memseg_import_unmap(segment)) }
    unsafe try succeed("rsm_memseg_import_disconnect", rsm_memseg_import_disconnect(segment))
  }
}
