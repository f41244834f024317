// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_connect(
  _ controller: rsmapi_controller_handle_t!, _ node_id: rsm_node_id_t, _ segment_id: rsm_memseg_id_t,
  _ perm: rsm_permission_t, _ im_memseg: UnsafeMutablePointer<rsm_memseg_import_handle_t?>!
) -> Int32 {
  result { () throws(RSMError) in
    let runtime = try Runtime.current()
    let controller = unsafe Token(controller)
    guard runtime.isLive(controller: controller) else {
      throw RSMError(.badControllerHandle, "not a live controller of this process")
    }
    guard let im_memseg = unsafe im_memseg else { throw RSMError(.badSegmentHandle, "im_memseg is NULL") }
    unsafe im_memseg.pointee = nil
    let token = try runtime.connect(
      controller: controller, node: node_id, segment: segment_id, rights: AccessRights(rawValue: perm))
    unsafe im_memseg.pointee = OpaquePointer(token)
  }
}

@c @implementation
public func rsm_memseg_import_disconnect(_ im_memseg: rsm_memseg_import_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    unsafe try ImportTable.current().pointee.disconnect(Token(im_memseg))
  }
}
