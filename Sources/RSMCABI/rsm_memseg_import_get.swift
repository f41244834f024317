// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_get(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ dst_addr: UnsafeMutableRawPointer!, _ length: Int
) -> Int32 {
  unsafe Token(im_memseg).reportedGet(at: offset, to: UInt(bitPattern: dst_addr), UInt(bitPattern: length))
}

@c @implementation
public func rsm_memseg_import_get8(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt8>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).get(at: offset, to: UInt(bitPattern: datap), rep_cnt, .elements8)
  }
}

@c @implementation
public func rsm_memseg_import_get16(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt16>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).get(at: offset, to: UInt(bitPattern: datap), rep_cnt, .elements16)
  }
}

@c @implementation
public func rsm_memseg_import_get32(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt32>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).get(at: offset, to: UInt(bitPattern: datap), rep_cnt, .elements32)
  }
}

@c @implementation
public func rsm_memseg_import_get64(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt64>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).get(at: offset, to: UInt(bitPattern: datap), rep_cnt, .elements64)
  }
}
