import CLinux
package import SystemPackage

/// A userfaultfd that makes stores into armed memory wait (userfaultfd(2), write-protect mode).
package struct WriteFence: ~Copyable, Sendable {
  private let descriptor: Descriptor
  /// Whether system calls that store into armed memory wait too; otherwise they fail with `EFAULT`.
  package let holdsKernel: Bool

  /// Takes what this user may have: best one that holds the kernel's stores too.
  package init() throws(Errno) {
    if !KernelFeature.userfaultfd.isOff, let full = try? checked({ clinux_write_fence(0) }) {
      descriptor = Descriptor(owning: full)
      holdsKernel = true
    } else {
      guard !KernelFeature.userfaultfdUserMode.isOff else { throw .noFunction }
      descriptor = Descriptor(owning: try checked { clinux_write_fence(1) })
      holdsKernel = false
    }
    // A child's copy would act on this process.
    descriptor.closeInForkedChild()
  }

  var raw: Int32 { descriptor.raw }
}
