import CLinux
import Glibc
package import SystemPackage

/// Marks memory of the calling process such that the kernel drops the mark when that memory is unmapped, moved or replaced
/// (userfaultfd(2), registered for asynchronous write protection, which is never armed).
///
/// Nobody is told and nobody waits: `PageMap` sees whether the mark is still there. It lies on whole VMAs, which it splits like a
/// lock does. A forked child's memory does not carry it.
package struct MemoryTag: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Needs no privilege: the userfaultfd is blind to the kernel's own faults.
  package init() throws(Errno) {
    guard !KernelFeature.userfaultfdUserMode.isOff else { throw .noFunction }
    let descriptor = Descriptor(owning: try checked { clinux_userfaultfd(1) })
    descriptor.closeInForkedChild()
    let features = CLINUX_UFFD_WP_ASYNC | CLINUX_UFFD_WP_UNPOPULATED | CLINUX_UFFD_WP_HUGETLBFS_SHMEM
    _ = try checked { clinux_userfaultfd_enable(descriptor.raw, features) }
    self.descriptor = descriptor
  }

  /// Marks `range`; where any VMA in it cannot be marked, none is: shared memory that cannot be written, a part of a huge page, or
  /// memory that the application's own userfaultfd serves.
  package func put(on range: PageRange) throws(Errno) {
    _ = try checked { clinux_userfaultfd_register(descriptor.raw, range.start, range.byteCount) }
  }

  /// Takes the mark off. Costs time that grows with the present pages.
  package func take(off range: PageRange) throws(Errno) {
    _ = try checked { clinux_userfaultfd_unregister(descriptor.raw, range.start, range.byteCount) }
  }
}
