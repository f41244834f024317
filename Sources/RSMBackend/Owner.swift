import RSMKernel

/// A process that has said HELLO, named by its pidfs inode.
final class Owner {
  let process: PIDFD
  let uid: UInt32
  /// Microseconds since 1970.
  let since = Clock.microseconds
  /// The open files on which it said HELLO.
  var files: Set<UInt64> = []
  var handleCount = 0
  /// Bytes its handles cover, whole pages.
  var claimedBytes: UInt128 = 0
  /// The event loop's watch on the pidfd.
  var watch: UInt64 = 0
  let target: InspectionTarget

  init(process: consuming PIDFD, uid: UInt32) {
    target = InspectionTarget(pid: process.pid, inode: process.inode, uid: uid)
    self.process = process
    self.uid = uid
  }
}
