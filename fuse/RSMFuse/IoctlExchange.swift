import CFuseShims
import Glibc
import RSMBackend
import RSMControl

/// Answers ioctl requests as they come from /dev/fuse, without libfuse: they are the hot path, and one round trip costs 10 % less.
///
/// Each is answered at once, so that nothing of an interrupt has to be remembered.
struct IoctlExchange {
  private static let prefix = MemoryLayout<fuse_in_header>.size + MemoryLayout<fuse_ioctl_in>.size
  private static let replyPrefix = MemoryLayout<fuse_out_header>.size + MemoryLayout<fuse_ioctl_out>.size

  let backend: Backend
  /// /dev/fuse
  let descriptor: Int32

  /// Answers `message` if it is an ioctl request.
  ///
  /// - Returns: whether it was one.
  func answer(_ message: UnsafeRawBufferPointer) -> Bool {
    guard message.count >= MemoryLayout<fuse_in_header>.size else { return false }
    let header = unsafe message.loadUnaligned(as: fuse_in_header.self)
    guard header.opcode == FUSE_IOCTL.rawValue else { return false }
    guard message.count >= Self.prefix else { return false }
    let request = unsafe message.loadUnaligned(
      fromByteOffset: MemoryLayout<fuse_in_header>.size, as: fuse_ioctl_in.self)
    let input = unsafe UnsafeRawBufferPointer(rebasing: message[Self.prefix...])
    guard let node = Node(inode: header.nodeid), request.in_size == request.out_size,
      input.count == Int(request.in_size), 1...ControlTree.requestLimit ~= input.count
    else {
      refuse(header)
      return true
    }
    unsafe withUnsafeTemporaryAllocation(byteCount: Self.replyPrefix + input.count, alignment: 8) { reply in
      let output = unsafe UnsafeMutableRawBufferPointer(rebasing: reply[Self.replyPrefix...])
      unsafe output.copyMemory(from: input)
      let caller = Caller(thread: Int32(bitPattern: header.pid), uid: header.uid, gid: header.gid)
      let result: Int32? =
        switch node {
        case .control: unsafe backend.carryOut(command: request.cmd, file: request.fh, caller: caller, output)
        case .segmentMemory:
          unsafe backend.carryOut(command: request.cmd, memoryFile: request.fh, caller: caller, output)
        default: nil
        }
      guard let result else { return refuse(header) }
      unsafe reply.storeBytes(
        of: fuse_out_header(len: UInt32(reply.count), error: 0, unique: header.unique), as: fuse_out_header.self)
      unsafe reply.storeBytes(
        of: fuse_ioctl_out(result: result, flags: 0, in_iovs: 0, out_iovs: 0),
        toByteOffset: MemoryLayout<fuse_out_header>.size, as: fuse_ioctl_out.self)
      unsafe send(UnsafeRawBufferPointer(reply))
    }
    return true
  }

  /// No such command.
  private func refuse(_ header: fuse_in_header) {
    let size = MemoryLayout<fuse_out_header>.size
    unsafe withUnsafeBytes(of: fuse_out_header(len: UInt32(size), error: -ENOTTY, unique: header.unique)) {
      unsafe send($0)
    }
  }

  /// A caller that was killed meanwhile is not there to be answered; what it made goes with its open file.
  private func send(_ reply: UnsafeRawBufferPointer) {
    _ = unsafe write(descriptor, reply.baseAddress, reply.count)
  }
}
