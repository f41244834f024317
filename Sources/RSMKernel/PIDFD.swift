import CLinux
import Glibc
package import SystemPackage

/// A process that cannot be mistaken for another one that got its number later (pidfd_open(2)).
package struct PIDFD: ~Copyable, Sendable {
  /// The size of a transparent huge page, in bytes.
  private static let hugePageSize: UInt = 2 << 20

  private let descriptor: Descriptor
  package let pid: Int32
  /// The pidfs inode: equal for all descriptors of one process, never used again while the machine runs.
  package let inode: UInt64

  package init(process pid: Int32) throws(Errno) {
    guard !KernelFeature.pidfd.isOff else { throw .noFunction }
    let descriptor = Descriptor(owning: try checked { clinux_pidfd_open(pid) })
    var information = stat()
    _ = try checked { unsafe fstat(descriptor.raw, &information) }
    self.pid = pid
    self.inode = UInt64(information.st_ino)
    self.descriptor = descriptor
  }

  /// The process that thread `tid` belongs to (PIDFD_GET_INFO, Linux 6.13; /proc/TID/status before).
  package static func process(ofThread tid: Int32) throws(Errno) -> Int32 {
    guard !KernelFeature.pidfdThread.isOff else { throw .invalidArgument }
    let thread = Descriptor(owning: try checked { clinux_pidfd_open_thread(tid) })
    if let information = try? information(thread.raw), information.tgid != 0 {
      return Int32(bitPattern: information.tgid)
    }
    let line = try TextFile.read("/proc/\(tid)/status").split(separator: "\n").first { $0.hasPrefix("Tgid:") }
    guard let pid = line?.split(separator: "\t").last.flatMap({ Int32($0) }) else { throw Errno.noSuchProcess }
    return pid
  }

  /// Whether the kernel describes a process by its pidfd (PIDFD_GET_INFO).
  static func probeInformation() throws(Errno) {
    let process = try PIDFD(process: getpid())
    _ = try information(process.descriptor.raw)
  }

  private static func information(_ descriptor: Int32) throws(Errno) -> clinux_pidfd_info {
    guard !KernelFeature.pidfdGetInfo.isOff else { throw .inappropriateIOCTLForDevice }
    var information = clinux_pidfd_info()
    information.mask = 1
    _ = try checked { unsafe clinux_pidfd_get_info(descriptor, &information) }
    return information
  }

  /// The descriptor to poll: readable once the process is gone and its memory with it.
  package var pollable: Int32 { descriptor.raw }

  /// Whether the process runs. Its number cannot be another process's before this is false.
  package var isAlive: Bool {
    var state = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
    // A signal interrupts even a poll that does not wait.
    return (try? checkedRetrying { unsafe poll(&state, 1, 0) }) == 0
  }

  /// Whether `tid` is a thread of this process now. The number of the process is the number of its first thread as long as it
  /// runs; other threads come and go, and the kernel has to be asked.
  package func owns(thread tid: Int32) -> Bool {
    guard isAlive else { return false }
    return tid == pid || clinux_tgkill(pid, tid, 0) == 0 || Errno.current != .noSuchProcess
  }

  /// Whether the VMA that holds `range` is locked in this process: MADV_COLD is refused with `EINVAL` exactly there, and on
  /// hugetlb and PFN mappings. Needs CAP_SYS_NICE for another process.
  ///
  /// Unlocked memory takes the advice, and a transparent huge page is split by advice for a part of it: a range that may
  /// start with one is advised over the whole of it.
  package func isLocked(_ range: PageRange) throws(Errno) -> Bool {
    guard !KernelFeature.madviseColdRemote.isOff else { throw .notPermitted }
    let startsHuge = range.start % Self.hugePageSize == 0 && range.byteCount >= Self.hugePageSize
    let length = startsHuge ? Self.hugePageSize : pageSize
    do {
      _ = try checked { clinux_process_madvise_cold(descriptor.raw, range.start, length) }
      return false
    } catch .invalidArgument {
      return true
    }
  }

  /// Waits until the process is gone.
  ///
  /// - Returns: whether it went within `limit`.
  package func waitForEnd(_ limit: Duration) -> Bool {
    let deadline = ContinuousClock.now + limit
    var state = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
    while true {
      let left = max(.zero, ContinuousClock.now.duration(to: deadline)).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      let count = unsafe poll(&state, 1, Int32(clamping: milliseconds))
      if count >= 0 || errno != EINTR { return count > 0 }
    }
  }

  /// - Returns: why the signal could not be sent, nil if it could.
  package func send(_ signal: Int32) -> Errno? {
    clinux_pidfd_send_signal(descriptor.raw, signal) == 0 ? nil : .current
  }

  package func terminate() {
    _ = clinux_pidfd_send_signal(descriptor.raw, SIGTERM)
  }

  package func kill() {
    _ = clinux_pidfd_send_signal(descriptor.raw, SIGKILL)
  }
}
