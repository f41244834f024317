import CLinux
import Glibc
package import SystemPackage

/// Our end of a connection that a stranger has made to a `ListeningSocket`.
package struct PeerSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor
  /// The pidfs inode of the process that connected.
  package let inode: UInt64
  package let uid: UInt32

  /// - Returns: nil if the process has gone.
  init?(_ descriptor: consuming Descriptor) throws(Errno) {
    var uid: UInt32 = 0
    guard unsafe clinux_peer_uid(descriptor.raw, &uid) == 0 else { return nil }
    let pidfd = clinux_peer_pidfd(descriptor.raw)
    guard pidfd >= 0 else {
      guard Errno.current != .tooManyOpenFiles else { throw .tooManyOpenFiles }
      return nil
    }
    let process = Descriptor(owning: pidfd)
    var information = stat()
    _ = try checked { unsafe fstat(process.raw, &information) }
    self.inode = UInt64(information.st_ino)
    self.uid = uid
    self.descriptor = descriptor
  }

  package var raw: Int32 { descriptor.raw }

  /// Takes a message, without any descriptor that came along: closing it could take for ever, so the kernel drops it where there is
  /// no room for one.
  ///
  /// - Returns: how long the message was, 0 if the other end is closed.
  package func receive(into bytes: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try checkedRetrying { unsafe recv(descriptor.raw, bytes.baseAddress, bytes.count, Int32(MSG_TRUNC)) }
  }

  /// Sends one message; `passing` goes along and stays open here.
  package func send(_ bytes: UnsafeRawBufferPointer, passing: Int32 = -1) throws(Errno) {
    _ = try checkedRetrying { unsafe clinux_send(descriptor.raw, bytes.baseAddress, bytes.count, passing) }
  }
}
