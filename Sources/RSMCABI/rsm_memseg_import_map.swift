// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_map(
  _ im_memseg: rsm_memseg_import_handle_t!, _ address: UnsafeMutablePointer<UnsafeMutableRawPointer?>!,
  _ attr: rsm_attribute_t,
  _ perm: rsm_permission_t, _ offset: off_t, _ length: Int
) -> Int32 {
  result { () throws(RSMError) in
    let imports = unsafe try ImportTable.current()
    let segment = unsafe try imports.pointee.live(Token(im_memseg))
    guard let address = unsafe address else { throw RSMError(.badAddress, "address is NULL") }
    // What *address holds is read only where it is wanted: it may not have been initialised.
    let placement: ImportTable.Placement =
      attr.rawValue & RSM_MAP_FIXED.rawValue == 0 ? .anywhere : .fixed(UInt(bitPattern: unsafe address.pointee))
    let mapped = unsafe try imports.pointee.map(
      segment, placement, AccessRights(rawValue: perm), offset: offset, length: UInt(bitPattern: length))
    unsafe address.pointee = UnsafeMutableRawPointer(bitPattern: mapped)
  }
}

@c @implementation
public func rsm_memseg_import_unmap(_ im_memseg: rsm_memseg_import_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    unsafe try ImportTable.current().pointee.unmap(Token(im_memseg))
  }
}
