import CFuse3
import CFuseShims
import Glibc
import RSMBackend
package import RSMKernel
package import SystemPackage

/// One FUSE connection, served by libfuse's low-level interface on the thread of the event loop.
@safe package final class Session {
  /// Why there is no session: libfuse has said more on standard error.
  package struct Failure: Error {}

  /// The kernel wants room for its largest request: 1 MiB of data and the headers before it.
  private static let bufferSize = (1 << 20) + 4096

  let fileSystem: FileSystem
  /// Called once the kernel and libfuse have agreed on the protocol: from now on requests are answered.
  let initialized: (KernelOffer) -> Void
  /// What the kernel has offered, from its first message on.
  var offer: KernelOffer?
  var snapshots: [UInt64: Snapshot] = [:]
  private var lastSnapshot: UInt64 = 0
  /// Nil until the kernel has agreed to it.
  var passthrough: Passthrough?
  private let wantsPassthrough: Bool
  private let loop: EventLoop
  private let descriptor: Int32
  private let ioctls: IoctlExchange
  private let buffer: UnsafeMutableRawBufferPointer
  private var session: OpaquePointer?

  /// - Parameters:
  ///   - descriptor: of /dev/fuse, mounted.
  ///   - loop: what else there is to do.
  ///   - wantsPassthrough: whether to let the kernel map segments, if it offers that.
  package init(
    _ fileSystem: FileSystem, descriptor: Int32, in loop: EventLoop, wantsPassthrough: Bool,
    initialized: @escaping (KernelOffer) -> Void
  ) throws(Failure) {
    self.wantsPassthrough = wantsPassthrough
    self.fileSystem = fileSystem
    self.loop = loop
    self.descriptor = descriptor
    ioctls = IoctlExchange(backend: fileSystem.backend, descriptor: descriptor)
    unsafe buffer = .allocate(byteCount: Self.bufferSize, alignment: 8)
    self.initialized = initialized
    try open(descriptor)
  }

  /// Serves requests and the event loop, on this thread, until either is over.
  package func run() throws(Errno) {
    let doorbell = try Doorbell(for: loop)
    while !loop.isStopped {
      if doorbell.isRinging {
        try loop.turn(waiting: false)
        doorbell.stop()
      } else {
        try serveOne()
      }
    }
  }

  deinit {
    unsafe fuse_session_destroy(session)
    unsafe buffer.deallocate()
  }

  /// A new open text file, nil if the caller's user has as many files open as it may.
  func newSnapshot(for caller: Caller) -> UInt64? {
    guard let opener = fileSystem.backend.admitFile(of: caller) else { return nil }
    lastSnapshot += 1
    snapshots[lastSnapshot] = Snapshot(opener: opener)
    return lastSnapshot
  }

  private func open(_ descriptor: Int32) throws(Failure) {
    var operations = Self.operations
    let name = unsafe strdup("rsmd")
    var argument: UnsafeMutablePointer<CChar>? = unsafe name
    defer { unsafe free(name) }
    unsafe withUnsafeMutablePointer(to: &argument) { argument in
      var arguments = unsafe fuse_args(argc: 1, argv: argument, allocated: 0)
      unsafe session = fuse_session_new(
        &arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, Unmanaged.passUnretained(self).toOpaque())
    }
    guard let session = unsafe session, unsafe cfuse_serve(session, descriptor, Self.send) == 0 else { throw Failure() }
  }

  /// Sends what libfuse has to say. The first of it is the reply to INIT.
  private static let send:
    @convention(c) (Int32, UnsafeMutablePointer<iovec>?, Int32, UnsafeMutableRawPointer?) -> Int = {
      device, parts, count, data in
      guard let data = unsafe data else { return -1 }
      let session = unsafe Unmanaged<Session>.fromOpaque(data).takeUnretainedValue()
      if session.wantsPassthrough, session.passthrough == nil, session.offer?.offersPassthrough == true {
        unsafe cfuse_ask_for_passthrough(parts, count)
        session.passthrough = Passthrough(device: device, session.fileSystem.backend.segments)
      }
      return unsafe writev(device, parts, count)
    }

  /// Waits for one request and answers it, or returns because the doorbell rings.
  private func serveOne() throws(Errno) {
    let count: Int
    do throws(Errno) {
      count = try checked { unsafe read(descriptor, buffer.baseAddress, buffer.count) }
    } catch .interrupted {
      return
    } catch .noSuchFileOrDirectory {
      // The request was withdrawn at the last moment.
      return
    } catch .operationNotSupportedByDevice {
      // Unmounted: nobody will ask any more.
      return loop.stop()
    }
    let message = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
    if unsafe ioctls.answer(message) { return }
    if offer == nil { unsafe offer = KernelOffer(message) }
    var request = unsafe fuse_buf()
    unsafe request.mem = buffer.baseAddress
    unsafe request.size = count
    unsafe fuse_session_process_buf(session, &request)
    if unsafe fuse_session_exited(session) != 0 { loop.stop() }
  }
}
