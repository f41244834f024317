import CLinux
import Glibc
package import SystemPackage

/// Puts other memory in place of memory that is in use, with its contents; the address stays.
package struct MemoryExchange: ~Copyable, Sendable {
  /// Why memory was not exchanged; it is as it was.
  package enum Failure: Error, Equatable, Sendable {
    /// The fence does not take this kind of memory.
    case unfenceable
    /// Another userfaultfd has this memory.
    case fenceTaken
    /// There is no fence, and other threads could store meanwhile.
    case otherThreads
    /// A device or io_uring may store into pages that the kernel has pinned (`VmPin` of /proc/self/status).
    case pinnedByKernel
    /// /proc/self/status could not be read.
    case unexplored(Errno)
    /// The memory could not be read.
    case unreadable
    /// The new memory could not be written.
    case destination(Errno)
    case system(Errno)
  }

  /// What a chunk is made of and goes to.
  package struct Chunk: Sendable {
    package let range: PageRange
    /// Where it is read, if not in place.
    package let source: UInt
    package let fresh: PageRange
    /// The access the new memory is to have.
    package let protection: Int32

    package init(_ range: PageRange, source: UInt, fresh: PageRange, protection: Int32) {
      self.range = range
      self.source = source
      self.fresh = fresh
      self.protection = protection
    }
  }

  private let fence: WriteFence?
  /// Why this user has no fence, nil with one.
  package let fenceRefusal: Errno?
  private let status: Descriptor

  package init() throws(Errno) {
    let status = try Descriptor(opening: "/proc/self/status", flags: O_RDONLY)
    var refusal: Errno?
    fence = Self.openFence(&refusal)
    fenceRefusal = refusal
    self.status = status
  }

  private static func openFence(_ refusal: inout Errno?) -> WriteFence? {
    do {
      return try WriteFence()
    } catch {
      refusal = error
      return nil
    }
  }

  /// Exchanges one chunk.
  ///
  /// - Parameters:
  ///   - memory: the descriptor through which the new memory is written, at an offset; nil: in place.
  ///   - isFenced: whether stores wait; otherwise only a process with one thread loses none.
  ///   - toleratesLoss: goes on where a store made meanwhile may be lost.
  package func exchange(
    _ chunk: Chunk, writing memory: (descriptor: Int32, offset: UInt)?, isFenced: Bool, toleratesLoss: Bool
  ) throws(Failure) {
    var plan = clinux_relocation()
    plan.address = chunk.range.start
    plan.length = chunk.range.byteCount
    plan.source = chunk.source
    plan.shadow = chunk.fresh.start
    plan.protection = chunk.protection
    plan.memory = memory?.descriptor ?? -1
    plan.offset = UInt64(memory?.offset ?? 0)
    plan.fence = isFenced ? fenceDescriptor : -1
    plan.status = toleratesLoss ? -1 : status.raw
    var number: Int32 = 0
    let step = unsafe clinux_relocate(&plan, &number)
    guard step != CLINUX_RELOCATION_DONE else { return }
    throw Self.failure(at: step, Errno(rawValue: number))
  }

  private var fenceDescriptor: Int32 {
    switch fence {
    case .some(let fence): fence.raw
    case .none: -1
    }
  }

  private static func failure(at step: clinux_relocation_step, _ errno: Errno) -> Failure {
    switch (step, errno) {
    // EPERM: shared memory that may never be written through this mapping.
    case (CLINUX_RELOCATION_REGISTER, .invalidArgument), (CLINUX_RELOCATION_REGISTER, .notPermitted): .unfenceable
    case (CLINUX_RELOCATION_REGISTER, .resourceBusy): .fenceTaken
    case (CLINUX_RELOCATION_STATUS, _): .unexplored(errno)
    case (CLINUX_RELOCATION_THREADS, _): .otherThreads
    case (CLINUX_RELOCATION_PINNED, _): .pinnedByKernel
    case (CLINUX_RELOCATION_COPY, .badAddress): .unreadable
    case (CLINUX_RELOCATION_COPY, _): .destination(errno)
    default: .system(errno)
    }
  }
}
