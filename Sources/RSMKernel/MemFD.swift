import CLinux
import Glibc
package import SystemPackage

/// A file in memory that only its owner may open by name, and whose size is fixed once it is sealed (memfd_create(2)).
package struct MemFD: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Parameter name: shown in /proc/PID/maps.
  package init(_ name: String, size: Int) throws(Errno) {
    let descriptor = Descriptor(owning: try checked { unsafe clinux_memfd(name) })
    _ = try checked { fchmod(descriptor.raw, 0o600) }
    _ = try checkedRetrying { ftruncate(descriptor.raw, size) }
    self.descriptor = descriptor
  }

  package var raw: Int32 { descriptor.raw }

  /// Fixes the size for good.
  ///
  /// - Parameter againstWriting: by anybody who has not mapped it yet.
  package func seal(againstWriting: Bool = false) throws(Errno) {
    _ = try checked { clinux_seal(descriptor.raw, againstWriting ? 1 : 0) }
  }

  /// Bytes of memory that it takes.
  package func allocatedBytes() throws(Errno) -> Int {
    var information = stat()
    _ = try checked { unsafe fstat(descriptor.raw, &information) }
    return information.st_blocks * 512
  }

  /// A new open file of it, which shares neither position nor flags with this one.
  package func reopen(writable: Bool) throws(Errno) -> Descriptor {
    try Descriptor(opening: "/proc/self/fd/\(descriptor.raw)", flags: writable ? O_RDWR : O_RDONLY)
  }

  /// pread(2)
  package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    try checkedRetrying { unsafe pread(descriptor.raw, bytes.baseAddress, bytes.count, offset) }
  }

  /// pwrite(2)
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    try checkedRetrying { unsafe pwrite(descriptor.raw, bytes.baseAddress, bytes.count, offset) }
  }
}
