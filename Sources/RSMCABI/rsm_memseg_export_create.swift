// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_export_create(
  _ controller: rsmapi_controller_handle_t!, _ memseg: UnsafeMutablePointer<rsm_memseg_export_handle_t?>!,
  _ vaddr: UnsafeMutableRawPointer!, _ size: Int, _ flags: uint_t
) -> Int32 {
  result { () throws(RSMError) in
    let runtime = try Runtime.current()
    let controller = unsafe Token(controller)
    guard runtime.isLive(controller: controller) else {
      throw RSMError(.badControllerHandle, "not a live controller of this process")
    }
    guard let memseg = unsafe memseg else { throw RSMError(.badSegmentHandle, "memseg is NULL") }
    unsafe memseg.pointee = nil
    let token = try runtime.createExport(
      controller: controller, address: UInt(bitPattern: vaddr), size: UInt(bitPattern: size), flags: flags)
    unsafe memseg.pointee = OpaquePointer(token)
  }
}

@c @implementation
public func rsm_memseg_export_destroy(_ memseg: rsm_memseg_export_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().destroyExport(unsafe Token(memseg))
  }
}

@c @implementation
public func rsm_memseg_export_rebind(
  _ memseg: rsm_memseg_export_handle_t!, _ vaddr: UnsafeMutableRawPointer!, _ off: offset_t, _ size: Int
) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().rebind(
      unsafe Token(memseg), to: UInt(bitPattern: vaddr), size: UInt(bitPattern: size))
  }
}
