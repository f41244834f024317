// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_put(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ src_addr: UnsafeMutableRawPointer!, _ length: Int
) -> Int32 {
  unsafe Token(im_memseg).reportedPut(at: offset, from: UInt(bitPattern: src_addr), UInt(bitPattern: length))
}

@c @implementation
public func rsm_memseg_import_put8(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt8>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).put(at: offset, from: UInt(bitPattern: datap), rep_cnt, .elements8)
  }
}

@c @implementation
public func rsm_memseg_import_put16(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt16>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).put(at: offset, from: UInt(bitPattern: datap), rep_cnt, .elements16)
  }
}

@c @implementation
public func rsm_memseg_import_put32(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt32>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).put(at: offset, from: UInt(bitPattern: datap), rep_cnt, .elements32)
  }
}

@c @implementation
public func rsm_memseg_import_put64(
  _ im_memseg: rsm_memseg_import_handle_t!, _ offset: off_t, _ datap: UnsafeMutablePointer<UInt64>!, _ rep_cnt: UInt
) -> Int32 {
  result { () throws(RSMError) in
    try unsafe Token(im_memseg).put(at: offset, from: UInt(bitPattern: datap), rep_cnt, .elements64)
  }
}
