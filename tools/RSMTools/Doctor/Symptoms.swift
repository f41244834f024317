package import RSMKernel
package import SystemPackage

/// What `rsmctl doctor` looks at, as it is on one machine for one user.
package struct Symptoms: Sendable {
  package enum Fusermount: Equatable, Sendable {
    case missing
    /// It is not root's set-user-ID program.
    case powerless(path: String)
    case usable(path: String)
  }

  package enum Mount: Equatable, Sendable {
    case none(path: String)
    case dead(path: String)
    case foreign(path: String)
    /// It does not answer, or not to this user.
    case silent(path: String, process: Int32)
    /// `features` are those that status names.
    case answers(path: String, process: Int32, features: [String])
  }

  package var isRoot: Bool
  /// Why /dev/fuse cannot be opened, nil if it can.
  package var fuseObstacle: Errno?
  package var fusermount: Fusermount
  package var mount: Mount
  package var present: [KernelFeature]
  package var switchedOff: [KernelFeature]
  /// vm.unprivileged_userfaultfd, nil where the kernel has no such setting.
  package var userfaultfdPolicy: String?
  /// RLIMIT_MEMLOCK in bytes, nil if unlimited.
  package var lockLimit: UInt?
  /// CAP_IPC_LOCK, to which the limit does not apply.
  package var ignoresLockLimit: Bool
  package var maxMapCount: Int
  /// The hard limit on open files.
  package var descriptorLimit: Int

  package init(
    isRoot: Bool, fuseObstacle: Errno?, fusermount: Fusermount, mount: Mount, present: [KernelFeature],
    switchedOff: [KernelFeature], userfaultfdPolicy: String?, lockLimit: UInt?, ignoresLockLimit: Bool,
    maxMapCount: Int, descriptorLimit: Int
  ) {
    self.isRoot = isRoot
    self.fuseObstacle = fuseObstacle
    self.fusermount = fusermount
    self.mount = mount
    self.present = present
    self.switchedOff = switchedOff
    self.userfaultfdPolicy = userfaultfdPolicy
    self.lockLimit = lockLimit
    self.ignoresLockLimit = ignoresLockLimit
    self.maxMapCount = maxMapCount
    self.descriptorLimit = descriptorLimit
  }
}
