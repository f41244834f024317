// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM
import RSMKernel

@c @implementation
public func rsm_create_localmemory_handle(
  _ handle: rsmapi_controller_handle_t!, _ l_handle: UnsafeMutablePointer<rsm_localmemory_handle_t?>!,
  _ local_vaddr: caddr_t!, _ length: Int
) -> Int32 {
  result { () throws(RSMError) in
    let address = UInt(bitPattern: local_vaddr)
    guard address % pageSize == 0 else {
      throw RSMError(
        .badAddress,
        "0x\(String(address, radix: 16)) is not page aligned; a page has \(pageSize) bytes (sysconf(_SC_PAGESIZE))")
    }
    let runtime = try Runtime.current()
    let controller = unsafe Token(handle)
    guard runtime.isLive(controller: controller) else {
      throw RSMError(.badControllerHandle, "not a live controller of this process")
    }
    guard let l_handle = unsafe l_handle else { throw RSMError(.badLocalMemoryHandle, "l_handle is NULL") }
    let token = try runtime.createHandle(controller: controller, address: address, length: UInt(bitPattern: length))
    unsafe l_handle.pointee = OpaquePointer(token)
  }
}

@c @implementation
public func rsm_free_localmemory_handle(
  _ handle: rsmapi_controller_handle_t!, _ l_handle: rsm_localmemory_handle_t!
) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().freeHandle(controller: unsafe Token(handle), handle: unsafe Token(l_handle))
  }
}
