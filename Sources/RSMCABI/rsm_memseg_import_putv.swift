// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import RSM

@c @implementation
public func rsm_memseg_import_putv(_ sg_io: UnsafeMutablePointer<rsm_scat_gath_t>!) -> Int32 {
  result { () throws(RSMError) in try unsafe transfer(.put, sg_io) }
}

@c @implementation
public func rsm_memseg_import_getv(_ sg_io: UnsafeMutablePointer<rsm_scat_gath_t>!) -> Int32 {
  result { () throws(RSMError) in try unsafe transfer(.get, sg_io) }
}

private func transfer(_ direction: Direction, _ request: UnsafeMutablePointer<rsm_scat_gath_t>?) throws(RSMError) {
  guard let request = unsafe request else { throw RSMError(.badScatterGather, "sg_io is NULL") }
  // Another thread may change the request meanwhile: what has been looked at is what is done.
  let (count, flags, vector) = unsafe (request.pointee.io_request_count, request.pointee.flags, request.pointee.iovec)
  let isCountValid = 1...UInt(ImportTable.maxEntries) ~= count
  var completed = 0
  defer { if isCountValid { unsafe request.pointee.io_residual_count = count - UInt(completed) } }
  let imports = unsafe try ImportTable.current()
  let segment = unsafe try imports.pointee.live(Token(request.pointee.remote_handle))
  try ImportTable.check(entryCount: count)
  guard let vector = unsafe vector else { throw RSMError(.badScatterGather, "iovec is NULL") }
  guard flags & UInt32(RSM_IMPLICIT_SIGPOST) == 0 else {
    throw RSMError(.insufficientResources, "this version of librsm posts no signals; leave out RSM_IMPLICIT_SIGPOST")
  }
  unsafe try withUnsafeTemporaryAllocation(of: TransferEntry.self, capacity: Int(count)) { entries throws(RSMError) in
    for index in 0..<Int(count) { unsafe entries.initializeElement(at: index, to: TransferEntry(vector[index])) }
    unsafe try imports.pointee.transfer(
      direction, segment, entries.span, in: Runtime.current(), completed: &completed)
  }
}

extension TransferEntry {
  fileprivate init(_ entry: rsm_iovec_t) {
    let local: Local =
      switch unsafe entry.io_type {
      case RSM_HANDLE_TYPE: .handle(unsafe Token(entry.local.handle))
      case RSM_VA_TYPE: .address(UInt(bitPattern: unsafe entry.local.vaddr))
      default: .unknown(unsafe entry.io_type)
      }
    unsafe self.init(
      local: local, localOffset: UInt(bitPattern: entry.local_offset),
      remoteOffset: UInt(bitPattern: entry.remote_offset),
      length: UInt(bitPattern: entry.transfer_length))
  }
}
