import CLinux
package import SystemPackage

/// Which file a descriptor or a mapping is of.
package struct FileIdentity: Equatable, Hashable, Sendable {
  /// `st_dev`
  package let device: UInt64
  package let inode: UInt64

  /// fstat(2)
  package init(of descriptor: borrowing Descriptor) throws(Errno) {
    let information = try descriptor.information()
    device = UInt64(information.st_dev)
    inode = UInt64(information.st_ino)
  }

  /// makedev(3)
  init(major: UInt64, minor: UInt64, inode: UInt64) {
    device = (major & ~0xfff) << 32 | (major & 0xfff) << 8 | (minor & ~0xff) << 12 | (minor & 0xff)
    self.inode = inode
  }

  /// Whether it is a memfd, shared memory of System V or POSIX, or shared anonymous memory. Files of other tmpfs are not told
  /// from files on a disk.
  package var isSharedMemory: Bool { Self.sharedMemoryDevices.contains(device) }

  private static let sharedMemoryDevices: Set<UInt64> = {
    var devices: [UInt64] = [0, 0]
    let count = unsafe clinux_shared_memory_devices(&devices)
    return Set(devices.prefix(count))
  }()
}
