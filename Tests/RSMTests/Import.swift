import CRSM
import Glibc
import RSM
import Testing

/// An import handle as a C program has it.
@safe struct Import: Sendable {
  /// A C function that moves elements.
  struct Form: Sendable, CustomTestStringConvertible {
    let isPut: Bool
    /// Bytes of an element.
    let width: Int
    let isBytes: Bool

    static let all = [true, false].flatMap { isPut in
      [Form(isPut: isPut, width: 1, isBytes: true)]
        + [1, 2, 4, 8].map { Form(isPut: isPut, width: $0, isBytes: false) }
    }

    var testDescription: String { (isPut ? "put" : "get") + (isBytes ? "" : "\(width * 8)") }
  }

  let token: Token
  nonisolated(unsafe) let handle: rsm_memseg_import_handle_t?

  init(_ token: Token) {
    self.token = token
    unsafe handle = OpaquePointer(bitPattern: token.rawValue)
  }

  func move(_ form: Form, _ offset: Int, _ address: UInt, _ count: UInt) -> Int32 {
    let memory = unsafe UnsafeMutableRawPointer(bitPattern: address)
    let bytes = Int(bitPattern: count)
    let (as8, as16) = unsafe (memory?.assumingMemoryBound(to: UInt8.self), memory?.assumingMemoryBound(to: UInt16.self))
    let (as32, as64) = unsafe (
      memory?.assumingMemoryBound(to: UInt32.self), memory?.assumingMemoryBound(to: UInt64.self)
    )
    return switch (form.isPut, form.isBytes ? 0 : form.width) {
    case (true, 0): unsafe rsm_memseg_import_put(handle, offset, memory, bytes)
    case (true, 1): unsafe rsm_memseg_import_put8(handle, offset, as8, count)
    case (true, 2): unsafe rsm_memseg_import_put16(handle, offset, as16, count)
    case (true, 4): unsafe rsm_memseg_import_put32(handle, offset, as32, count)
    case (true, _): unsafe rsm_memseg_import_put64(handle, offset, as64, count)
    case (false, 0): unsafe rsm_memseg_import_get(handle, offset, memory, bytes)
    case (false, 1): unsafe rsm_memseg_import_get8(handle, offset, as8, count)
    case (false, 2): unsafe rsm_memseg_import_get16(handle, offset, as16, count)
    case (false, 4): unsafe rsm_memseg_import_get32(handle, offset, as32, count)
    case (false, _): unsafe rsm_memseg_import_get64(handle, offset, as64, count)
    }
  }

  func put(_ offset: Int, _ bytes: [UInt8]) -> Int32 {
    var bytes = bytes
    return unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe rsm_memseg_import_put(handle, offset, bytes.baseAddress, bytes.count)
    }
  }

  /// The bytes there, and the error.
  func get(_ offset: Int, _ count: Int) -> (error: Int32, bytes: [UInt8]) {
    var bytes = [UInt8](repeating: 0xee, count: count)
    let error = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe rsm_memseg_import_get(handle, offset, bytes.baseAddress, bytes.count)
    }
    return (error, bytes)
  }

  /// Maps for the program.
  func map(
    _ offset: Int, _ length: Int, _ permissions: Int32 = RSM_PERM_READ | RSM_PERM_WRITE, fixed wanted: UInt? = nil
  ) -> (error: Int32, address: UInt) {
    var address = unsafe UnsafeMutableRawPointer(bitPattern: wanted ?? 0xdead_beef)
    let error = unsafe rsm_memseg_import_map(
      handle, &address, wanted == nil ? RSM_MAP_NONE : RSM_MAP_FIXED, UInt32(bitPattern: permissions), offset, length)
    return (error, UInt(bitPattern: address))
  }

  func unmap() -> Int32 { unsafe rsm_memseg_import_unmap(handle) }
  func disconnect() -> Int32 { unsafe rsm_memseg_import_disconnect(handle) }
  func setMode(_ mode: rsm_barrier_mode_t) -> Int32 { unsafe rsm_memseg_import_set_mode(handle, mode) }

  /// In explicit mode, where put and get need no barrier.
  func explicit() -> Self {
    _ = setMode(RSM_BARRIER_MODE_EXPLICIT)
    return self
  }

  /// - Returns: a residual count of 99 if the call left it alone.
  func putv(_ entries: [Entry], flags: Int32 = 0) -> (error: Int32, residual: UInt) {
    unsafe transfer(entries, flags) { unsafe rsm_memseg_import_putv($0) }
  }

  func getv(_ entries: [Entry]) -> (error: Int32, residual: UInt) {
    unsafe transfer(entries, 0) { unsafe rsm_memseg_import_getv($0) }
  }

  private func transfer(
    _ entries: [Entry], _ flags: Int32, _ call: (UnsafeMutablePointer<rsm_scat_gath_t>) -> Int32
  ) -> (error: Int32, residual: UInt) {
    var vector = unsafe entries.map { unsafe $0.element }
    return unsafe vector.withUnsafeMutableBufferPointer { buffer in
      var request = unsafe rsm_scat_gath_t(
        local_nodeid: 0, io_request_count: UInt(buffer.count), io_residual_count: 99, flags: UInt32(flags),
        remote_handle: handle, iovec: buffer.baseAddress)
      let error = unsafe call(&request)
      return unsafe (error, request.io_residual_count)
    }
  }
}

/// An entry of a scatter-gather request.
struct Entry {
  var type = RSM_VA_TYPE
  /// An address or a handle.
  var local: UInt
  var localOffset = 0
  var remoteOffset: Int
  var length: Int

  fileprivate var element: rsm_iovec_t {
    var element = unsafe rsm_iovec_t()
    unsafe element.io_type = type
    unsafe element.local.vaddr = UnsafeMutablePointer(bitPattern: local)
    unsafe element.local_offset = localOffset
    unsafe element.remote_offset = remoteOffset
    unsafe element.transfer_length = length
    return unsafe element
  }
}
