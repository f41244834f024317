import CRSM
import Glibc
import RSMControl
import RSMKernel
import Synchronization
import SystemPackage

/// One open file of `ctl` that has said HELLO. What is created on it lives as long as it is open.
final class ControlSession: Sendable {
  /// Why a request was not carried out.
  enum Failure: Error {
    case refused(Refusal)
    /// rsmd is gone, and everything it knew of this session with it.
    case lost(Errno)
  }

  let mountPoint: String
  private let descriptor: Descriptor
  private let slots = RequestSlots()
  private let lost = Atomic<Bool>(false)

  /// Opens `ctl` below `mountPoint` and says HELLO.
  init(mountPoint: String) throws(Failure) {
    self.mountPoint = mountPoint
    do {
      descriptor = try Descriptor(opening: "\(mountPoint)/\(ControlTree.control)", flags: O_RDWR)
    } catch {
      throw .lost(error)
    }
    descriptor.closeInForkedChild()
    var hello = rsm_ctl_hello()
    hello.abi_version = UInt32(RSM_CTL_ABI_VERSION)
    try send(&hello)
  }

  /// Whether a request has found rsmd gone.
  var isLost: Bool { lost.load(ordering: .relaxed) }

  /// Enters a handle for a pinned range of `length` bytes, `tagged` pages of which carry an identity tag.
  ///
  /// - Returns: its id at rsmd.
  func createHandle(address: UInt, length: UInt, tagged: UInt) throws(Failure) -> UInt64 {
    try slots.withSlot { slot throws(Failure) in
      var request = rsm_ctl_create_handle()
      request.slot = slot
      request.address = UInt64(address)
      request.length = UInt64(length)
      request.controller = UInt32(RSM_CTL_LOOPBACK)
      request.tagged = UInt64(tagged)
      try send(&request)
      return request.id
    }
  }

  func freeHandle(_ id: UInt64) throws(Failure) {
    try slots.withSlot { slot throws(Failure) in
      var request = rsm_ctl_free_handle()
      request.slot = slot
      request.id = id
      try send(&request)
    }
  }

  /// Tells that a handle's memory is other memory now.
  func strikeHandle(_ id: UInt64) throws(Failure) {
    try slots.withSlot { slot throws(Failure) in
      var request = rsm_ctl_strike_handle()
      request.slot = slot
      request.id = id
      try send(&request)
    }
  }

  private func send<Request: ControlRequest>(_ request: inout Request) throws(Failure) {
    let result: Int32
    do {
      result = try checkedRetrying {
        unsafe withUnsafeMutablePointer(to: &request) { pointer in
          unsafe ioctl(descriptor.raw, UInt(Request.command), UnsafeMutableRawPointer(pointer))
        }
      }
    } catch {
      lost.store(true, ordering: .relaxed)
      throw .lost(error)
    }
    guard result != RSM_SUCCESS else { return }
    throw .refused(Refusal(code: result, reason: Refusal.Reason(rawValue: request.reason)))
  }
}
