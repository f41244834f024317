// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_disconnect(_ im_memseg: rsm_memseg_import_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    unsafe try ImportTable.current().pointee.disconnect(Token(im_memseg))
  }
}
