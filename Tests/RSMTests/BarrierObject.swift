import CRSM

/// A barrier object at an address of its own.
@safe final class BarrierObject {
  let object: UnsafeMutablePointer<rsmapi_barrier_t>

  init() {
    unsafe object = .allocate(capacity: 1)
    unsafe object.initialize(to: rsmapi_barrier_t())
  }

  convenience init(on segment: Import) {
    self.init()
    _ = initialize(on: segment)
  }

  deinit {
    unsafe object.deallocate()
  }

  func initialize(on segment: Import, type: rsm_barrier_type_t = RSM_BARRIER_SEGMENT) -> Int32 {
    unsafe rsm_memseg_import_init_barrier(segment.handle, type, object)
  }

  func open() -> Int32 { unsafe rsm_memseg_import_open_barrier(object) }
  func order() -> Int32 { unsafe rsm_memseg_import_order_barrier(object) }
  func close() -> Int32 { unsafe rsm_memseg_import_close_barrier(object) }
  func destroy() -> Int32 { unsafe rsm_memseg_import_destroy_barrier(object) }

  /// What the object consists of.
  var bytes: [UInt8] {
    get { unsafe Array(UnsafeRawBufferPointer(start: object, count: MemoryLayout<rsmapi_barrier_t>.size)) }
    set { unsafe UnsafeMutableRawBufferPointer(start: object, count: newValue.count).copyBytes(from: newValue) }
  }
}
