// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_init_barrier(
  _ im_memseg: rsm_memseg_import_handle_t!, _ type: rsm_barrier_type_t,
  _ barrier: UnsafeMutablePointer<rsmapi_barrier_t>!
) -> Int32 {
  result { () throws(RSMError) in
    let imports = unsafe try ImportTable.current()
    let segment = unsafe try imports.pointee.live(Token(im_memseg))
    guard let barrier = unsafe barrier else { throw .nullBarrier }
    let key = unsafe try imports.pointee.makeBarrier(of: segment, at: UInt(bitPattern: barrier))
    unsafe barrier.pointee = rsmapi_barrier_t(
      seg: UnsafeMutableRawPointer(bitPattern: key.token.rawValue), gnum: 0,
      privdata: UnsafeMutableRawPointer(bitPattern: key.tag))
  }
}

@c @implementation
public func rsm_memseg_import_destroy_barrier(_ barrier: UnsafeMutablePointer<rsmapi_barrier_t>!) -> Int32 {
  result { () throws(RSMError) in
    guard let barrier = unsafe barrier else { throw .nullBarrier }
    do throws(RSMError) {
      unsafe try ImportTable.current().pointee.destroy(BarrierKey(barrier))
    } catch {
      // The object of a segment that is gone is of no use any more.
      if error.code == .badSegmentHandle { unsafe barrier.pointee = rsmapi_barrier_t() }
      throw error
    }
    unsafe barrier.pointee = rsmapi_barrier_t()
  }
}

@c @implementation
public func rsm_memseg_import_open_barrier(_ barrier: UnsafeMutablePointer<rsmapi_barrier_t>!) -> Int32 {
  result { () throws(RSMError) in
    guard let barrier = unsafe barrier else { throw .nullBarrier }
    unsafe try ImportTable.current().pointee.open(BarrierKey(barrier))
  }
}

@c @implementation
public func rsm_memseg_import_order_barrier(_ barrier: UnsafeMutablePointer<rsmapi_barrier_t>!) -> Int32 {
  result { () throws(RSMError) in
    guard let barrier = unsafe barrier else { throw .nullBarrier }
    unsafe try ImportTable.current().pointee.order(BarrierKey(barrier))
  }
}

@c @implementation
public func rsm_memseg_import_close_barrier(_ barrier: UnsafeMutablePointer<rsmapi_barrier_t>!) -> Int32 {
  result { () throws(RSMError) in
    guard let barrier = unsafe barrier else { throw .nullBarrier }
    unsafe try ImportTable.current().pointee.close(BarrierKey(barrier))
  }
}

extension BarrierKey {
  /// What the object says, which may be anything.
  fileprivate init(_ barrier: UnsafeMutablePointer<rsmapi_barrier_t>) {
    unsafe self.init(
      token: Token(rawValue: UInt(bitPattern: barrier.pointee.seg)), tag: UInt(bitPattern: barrier.pointee.privdata),
      address: UInt(bitPattern: barrier))
  }
}

extension RSMError {
  fileprivate static let nullBarrier = RSMError(.badBarrierPointer, "barrier is NULL")
}
