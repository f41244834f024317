import RSMKernel

/// A process that has said HELLO, named by its pidfs inode.
final class Owner {
  let process: PIDFD
  let account: Quotas.Process
  /// Microseconds since 1970.
  let since = Clock.microseconds
  /// The open files on which it said HELLO.
  var files: Set<UInt64> = []
  /// The event loop's watch on the pidfd.
  var watch: UInt64 = 0
  let target: InspectionTarget
  let sweep = Sweep.Pass()

  init(process: consuming PIDFD, account: Quotas.Process) {
    target = InspectionTarget(pid: process.pid, inode: process.inode, uid: account.user.uid)
    self.process = process
    self.account = account
  }
}
