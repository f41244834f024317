import CRSM
import RSM

/// Runs the body of a C function: what it throws becomes the RSMERR code to return, and a line for the person who must find
/// out why.
func result(_ body: () throws(RSMError) -> Void) -> Int32 {
  do throws(RSMError) {
    try body()
    return RSM_SUCCESS
  } catch {
    error.report()
    return error.code.rawValue
  }
}

extension Token {
  /// The token that a C handle is; NULL is no live token.
  init(_ handle: OpaquePointer?) {
    // In a put the call of the initializer would be seen.
    self = unsafe unsafeBitCast(UInt(bitPattern: handle), to: Token.self)
  }
}

extension OpaquePointer {
  /// A token of a live object is never 0.
  init?(_ token: Token) {
    unsafe self.init(bitPattern: token.rawValue)
  }
}
