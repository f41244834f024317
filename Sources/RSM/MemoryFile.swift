import RSMKernel
import SystemPackage

/// The memory of an export segment of this process, as rsmd has granted it.
final class MemoryFile: Sendable {
  let descriptor: Descriptor
  let identity: FileIdentity

  init(_ descriptor: consuming Descriptor) throws(Errno) {
    identity = try FileIdentity(of: descriptor)
    self.descriptor = descriptor
  }
}
