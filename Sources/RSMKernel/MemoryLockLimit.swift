import CLinux
import Glibc
package import SystemPackage

/// How much memory a process may lock (`RLIMIT_MEMLOCK`, prlimit(2)).
package enum MemoryLockLimit {
  /// Raises the soft and the hard limit of a process to `bytes`, whichever is lower.
  ///
  /// - Throws: if that takes a privilege this process lacks; the soft limit is raised as far as the hard one admits, if even that
  ///   is not forbidden.
  package static func raise(of process: borrowing PIDFD, to bytes: UInt64) throws(Errno) {
    var old = rlimit()
    _ = try checked { unsafe clinux_memlock_limit(process.pid, nil, &old) }
    guard old.rlim_cur < bytes, process.isAlive else { return }
    do throws(Errno) {
      try set(process.pid, rlimit(rlim_cur: rlim_t(bytes), rlim_max: max(old.rlim_max, rlim_t(bytes))))
    } catch {
      if old.rlim_cur < old.rlim_max {
        try set(process.pid, rlimit(rlim_cur: old.rlim_max, rlim_max: old.rlim_max))
      }
      throw error
    }
  }

  private static func set(_ pid: Int32, _ limit: rlimit) throws(Errno) {
    var limit = limit
    _ = try checked { unsafe clinux_memlock_limit(pid, &limit, nil) }
  }
}
