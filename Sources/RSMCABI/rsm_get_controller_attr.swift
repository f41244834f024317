// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_get_controller_attr(
  _ chdl: rsmapi_controller_handle_t!, _ attr: UnsafeMutablePointer<rsmapi_controller_attr_t>!
) -> Int32 {
  result { () throws(RSMError) in
    guard try Runtime.current().isLive(controller: unsafe Token(chdl)) else {
      throw RSMError(.badControllerHandle, "not a live controller of this process")
    }
    guard let attr = unsafe attr else { throw RSMError(.badAddress, "attr is NULL") }
    let attributes = ControllerAttributes()
    unsafe attr.pointee = rsmapi_controller_attr_t(
      attr_direct_access_sizes: attributes.directAccessSizes,
      attr_atomic_sizes: attributes.atomicSizes,
      attr_page_size: attributes.pageSize,
      attr_max_export_segment_size: attributes.maxExportSegmentSize,
      attr_tot_export_segment_size: attributes.totalExportSegmentSize,
      attr_max_export_segments: UInt(attributes.maxExportSegments),
      attr_max_import_map_size: attributes.maxImportMapSize,
      attr_tot_import_map_size: attributes.totalImportMapSize,
      attr_max_import_segments: UInt(attributes.maxImportSegments))
  }
}
