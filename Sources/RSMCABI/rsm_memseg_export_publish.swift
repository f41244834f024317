// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CLinux
public import CRSM
import RSM

@c @implementation
public func rsm_memseg_export_publish(
  _ memseg: rsm_memseg_export_handle_t!, _ segment_id: UnsafeMutablePointer<rsm_memseg_id_t>!,
  _ access_list: UnsafeMutablePointer<rsmapi_access_entry_t>!, _ access_list_length: uint_t
) -> Int32 {
  result { () throws(RSMError) in
    guard let segment_id = unsafe segment_id else { throw RSMError(.badSegmentID, "segment_id is NULL") }
    let runtime = try Runtime.current()
    let export = unsafe Token(memseg)
    try runtime.expectExport(export)
    try unsafe checkPointer(of: access_list, access_list_length)
    let wanted = unsafe segment_id.pointee
    let segment = try runtime.publish(export, as: wanted) { () throws(RSMError) in
      try unsafe entries(of: access_list, access_list_length)
    }
    if wanted == 0 { unsafe segment_id.pointee = segment }
  }
}

@c @implementation
public func rsm_memseg_export_republish(
  _ memseg: rsm_memseg_export_handle_t!, _ access_list: UnsafeMutablePointer<rsmapi_access_entry_t>!,
  _ access_list_length: uint_t
) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().republish(unsafe Token(memseg)) { () throws(RSMError) in
      try unsafe checkPointer(of: access_list, access_list_length)
      return try unsafe entries(of: access_list, access_list_length)
    }
  }
}

@c @implementation
public func rsm_memseg_export_unpublish(_ memseg: rsm_memseg_export_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().unpublish(unsafe Token(memseg))
  }
}

private func checkPointer(of list: UnsafeMutablePointer<rsmapi_access_entry_t>?, _ length: uint_t) throws(RSMError) {
  guard unsafe list != nil || length == 0 else {
    throw RSMError(.badAccessList, "access_list is NULL, but \(length) entries are announced")
  }
}

/// The entries of an access list of a sensible length.
private func entries(
  of list: UnsafeMutablePointer<rsmapi_access_entry_t>?, _ length: uint_t
) throws(RSMError) -> [Runtime.AccessEntry] {
  guard length <= 1 else {
    throw RSMError(.badAccessList, "the access list has \(length) entries; loopback admits one, for this node")
  }
  guard length == 1 else { return [] }
  var entry = rsmapi_access_entry_t()
  guard unsafe clinux_read_memory(&entry, UInt(bitPattern: list), MemoryLayout<rsmapi_access_entry_t>.size) == 0 else {
    throw RSMError(.badAddress, "the access list at 0x\(String(UInt(bitPattern: list), radix: 16)) cannot be read")
  }
  return [Runtime.AccessEntry(node: entry.ae_node, permissions: entry.ae_permission)]
}
