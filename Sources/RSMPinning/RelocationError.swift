package import SystemPackage

/// Why memory stays, or stayed in part, where it is.
package struct RelocationError: Error, Equatable, Sendable {
  package enum Cause: Equatable, Sendable {
    /// Nothing is mapped there.
    case unmapped
    /// Not readable and writable, a guard page, or beyond the end of its file.
    case inaccessible
    /// A shared mapping of a file.
    case sharedFile
    /// Pages of the kernel or of a device.
    case kernelMemory
    /// Pages of hugetlbfs.
    case hugePages
    /// Sealed by mseal(2).
    case sealed
    /// MADV_WIPEONFORK or a protection key, which shared memory would not have or would not keep.
    case specialProtection
    /// The stack of the calling thread or its thread-local storage.
    case callingThread
    /// A device or io_uring may store into pages that the kernel has pinned.
    case pinnedByKernel
    /// userfaultfd(2) does not take such memory (.data, private file pages), and there are other threads.
    case unfenceable
    /// The program's own userfaultfd has this memory, and there are other threads.
    case fenceTaken
    /// This user may have no userfaultfd, and there are other threads.
    case needsUserfaultfd(Errno)
    /// The new memory has another size than the range.
    case wrongSize(UInt64)
    /// The new memory could not be written or mapped.
    case destination(Errno)
    /// /proc does not tell what the memory is.
    case unexplored(Errno)
    /// Memory or mappings do not suffice.
    case insufficientMemory(Errno)
    /// The range is in its new place, but could not be locked there.
    case lockRefused(Errno)
  }

  package let address: UInt
  package let cause: Cause
  /// Whether the range is where it was. If not, part of it has moved or lost its lock; its contents are as they were all the same.
  package internal(set) var isUndone = true

  init(_ address: UInt, _ cause: Cause) {
    self.address = address
    self.cause = cause
  }

  /// What is wrong with the memory at `address`, and what helps.
  package var explanation: String {
    let place = "the memory at 0x\(String(address, radix: 16))"
    let left = isUndone ? "" : "; part of the range has moved or lost its lock, its contents are as they were"
    return "\(place) \(cause.explanation)\(left)"
  }
}

extension RelocationError.Cause {
  fileprivate var explanation: String {
    switch self {
    case .unmapped: "is not mapped"
    case .inaccessible:
      "cannot be read and written, is a guard page, or lies beyond the end of its file; allow both with mprotect(2)"
    case .sharedFile: "is a shared mapping of a file; copy it to private memory"
    case .kernelMemory: "belongs to the kernel or to a device"
    case .hugePages: "is of hugetlbfs; use memory with ordinary pages"
    case .sealed: "is sealed by mseal(2)"
    case .specialProtection: "is wiped on fork or has a protection key"
    case .callingThread: "holds the stack or the thread-local storage of the calling thread"
    case .pinnedByKernel:
      "may be stored into by a device or io_uring: VmPin of /proc/self/status is not 0; unregister its buffers first"
    case .unfenceable:
      "is of a kind that userfaultfd(2) does not take (.data, a private mapping of a file), and there are other threads; "
        + "use anonymous memory, or do this before the first thread starts"
    case .fenceTaken:
      "is registered with a userfaultfd of the program, and there are other threads; unregister it first"
    case .needsUserfaultfd(let errno):
      "can change while it moves: there are other threads, and userfaultfd(2) is refused (\(errno)); permit it, or do this "
        + "before the first thread starts"
    case .wrongSize(let size): "is to move to memory of another size, \(size) bytes"
    case .destination(let errno): "cannot be written to its new place (\(errno)); free shared memory"
    case .unexplored(let errno): "cannot be examined (\(errno)); /proc has to be mounted and to show this process"
    case .insufficientMemory(let errno):
      "finds no memory or no mapping to move to (\(errno)); free memory, or raise vm.max_map_count or the limit of the control group"
    case .lockRefused(let errno):
      "cannot be locked in its new place (\(errno)); raise RLIMIT_MEMLOCK with ulimit -l or in /etc/security/limits.conf"
    }
  }
}
