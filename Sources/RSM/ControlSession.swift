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
  let descriptor: Descriptor
  /// Of the filesystem that `ctl` is on.
  private let device: UInt64
  private let slots = RequestSlots()
  private let isGone = Atomic<Bool>(false)
  private let counters = Mutex<GenerationCounters?>(nil)

  /// Opens `ctl` below `mountPoint` and says HELLO.
  init(mountPoint: String) throws(Failure) {
    self.mountPoint = mountPoint
    descriptor = try Self.open(mountPoint)
    descriptor.closeInForkedChild()
    device = try Self.device(of: descriptor)
    try sayHello(descriptor.raw)
  }

  /// Another open file of `ctl` that has said HELLO.
  func openControl() throws(Failure) -> Descriptor {
    let file = try Self.open(mountPoint)
    try expectSameMount(file)
    try sayHello(file.raw)
    return file
  }

  /// Refuses a file of an rsmd that has taken the place of the one of this session: what it says of generations goes with other
  /// counters.
  func expectSameMount(_ file: borrowing Descriptor) throws(Failure) {
    if try Self.device(of: file) != device { throw lost(.socketNotConnected) }
  }

  private static func device(of file: borrowing Descriptor) throws(Failure) -> UInt64 {
    do throws(Errno) {
      return try file.device
    } catch {
      throw .lost(error)
    }
  }

  private static func open(_ mountPoint: String) throws(Failure) -> Descriptor {
    do throws(Errno) {
      return try Descriptor(opening: "\(mountPoint)/\(ControlTree.control)", flags: O_RDWR)
    } catch {
      throw .lost(error)
    }
  }

  private func sayHello(_ file: Int32) throws(Failure) {
    var hello = rsm_ctl_hello()
    hello.abi_version = UInt32(RSM_CTL_ABI_VERSION)
    try send(&hello, to: file)
  }

  /// Whether a request has found rsmd gone.
  var isLost: Bool { isGone.load(ordering: .relaxed) }

  /// Enters a handle for a pinned range of `length` bytes, `tagged` pages of which carry an identity tag.
  ///
  /// - Returns: its id at rsmd.
  func createHandle(address: UInt, length: UInt, tagged: UInt) throws(Failure) -> UInt64 {
    try mutate { (request: inout rsm_ctl_create_handle) in
      request.address = UInt64(address)
      request.length = UInt64(length)
      request.controller = UInt32(RSM_CTL_LOOPBACK)
      request.tagged = UInt64(tagged)
    }.id
  }

  func freeHandle(_ id: UInt64) throws(Failure) {
    _ = try mutate { (request: inout rsm_ctl_free_handle) in request.id = id }
  }

  /// Tells that a handle's memory is other memory now.
  func strikeHandle(_ id: UInt64) throws(Failure) {
    _ = try mutate { (request: inout rsm_ctl_strike_handle) in request.id = id }
  }

  /// Sends a request that changes something, once `fill` has written what it says.
  ///
  /// - Returns: the reply.
  func mutate<Request: MutatingRequest>(_ fill: (inout Request) -> Void) throws(Failure) -> Request {
    try slots.withSlot { slot throws(Failure) in
      var request = Request()
      request.slot = slot
      fill(&request)
      try send(&request, to: descriptor.raw)
      return request
    }
  }

  /// Sends a request on an open file of the mount.
  func send<Request: ControlRequest>(_ request: inout Request, to descriptor: Int32) throws(Failure) {
    let result: Int32
    do {
      result = try checkedRetrying {
        unsafe withUnsafeMutablePointer(to: &request) { pointer in
          unsafe ioctl(descriptor, UInt(Request.command), UnsafeMutableRawPointer(pointer))
        }
      }
    } catch {
      throw lost(error)
    }
    guard result != RSM_SUCCESS else { return }
    throw .refused(Refusal(code: result, reason: Refusal.Reason(rawValue: request.reason)))
  }

  /// Remembers that rsmd is gone, and with it every connection.
  func lost(_ error: Errno) -> Failure {
    isGone.store(true, ordering: .relaxed)
    counters.withLock { $0?.abandon() }
    return .lost(error)
  }

  // MARK: Withdrawals

  /// The counters of withdrawals, mapped when they are first asked for.
  func generations() throws(Failure) -> GenerationCounters {
    if let known = counters.withLock({ $0 }) { return known }
    let file = try descriptor(of: .generations)
    do throws(Errno) {
      let new = try GenerationCounters(mapping: file)
      return counters.withLock { counters in
        let kept = counters ?? new
        counters = kept
        return kept
      }
    } catch {
      throw .lost(error)
    }
  }
}
