import CFuseShims

/// What the kernel can do on a connection: the flags of FUSE_INIT, its first request.
package struct KernelOffer: Sendable {
  /// Newer than the headers: the kernel reads and maps another file in place of one of ours.
  private static let passthrough: UInt32 = 1 << 5

  /// The upper half of the flags.
  private let highFlags: UInt32

  /// Nothing.
  init() {
    highFlags = 0
  }

  /// - Returns: nil if `message` is another request.
  init?(_ message: UnsafeRawBufferPointer) {
    let size = MemoryLayout<fuse_in_header>.size
    guard message.count >= size + MemoryLayout<fuse_init_in>.size else { return nil }
    guard unsafe message.loadUnaligned(as: fuse_in_header.self).opcode == FUSE_INIT.rawValue else { return nil }
    let request = unsafe message.loadUnaligned(fromByteOffset: size, as: fuse_init_in.self)
    highFlags = request.flags & UInt32(FUSE_INIT_EXT) != 0 ? request.flags2 : 0
  }

  package var offersPassthrough: Bool { highFlags & Self.passthrough != 0 }
}
