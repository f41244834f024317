// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_get_segmentid_range(
  _ appid: UnsafePointer<CChar>!, _ baseid: UnsafeMutablePointer<rsm_memseg_id_t>!,
  _ length: UnsafeMutablePointer<UInt32>!
) -> Int32 {
  result { () throws(RSMError) in
    guard let appid = unsafe appid, let baseid = unsafe baseid, let length = unsafe length else {
      throw RSMError(.badAddress, "appid, baseid or length is NULL")
    }
    let range = try SegmentIDRange(of: unsafe String(cString: appid))
    unsafe baseid.pointee = range.base
    unsafe length.pointee = range.count
  }
}
