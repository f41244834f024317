// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import Glibc
import RSM

@c @implementation
public func rsm_get_controller(
  _ name: UnsafeMutablePointer<CChar>!, _ controller: UnsafeMutablePointer<rsmapi_controller_handle_t?>!
) -> Int32 {
  result { () throws(RSMError) in
    guard let controller = unsafe controller else { throw RSMError(.badControllerHandle, "controller is NULL") }
    let token = try Runtime.current().getController(named: unsafe controllerName(name))
    unsafe controller.pointee = OpaquePointer(token)
  }
}

@c @implementation
public func rsm_release_controller(_ controller: rsmapi_controller_handle_t!) -> Int32 {
  result { () throws(RSMError) in
    try Runtime.current().release(controller: unsafe Token(controller))
  }
}

/// The name, nil for the default controller.
private func controllerName(_ name: UnsafeMutablePointer<CChar>?) throws(RSMError) -> String? {
  guard let name = unsafe name else { return nil }
  guard unsafe strnlen(name, Int(MAXNAMELEN)) < Int(MAXNAMELEN) else {
    throw RSMError(.controllerNotPresent, "a controller name has at most \(MAXNAMELEN - 1) bytes")
  }
  return unsafe String(cString: name)
}
