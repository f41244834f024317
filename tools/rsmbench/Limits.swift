import CLinux
import Glibc
import RSMKernel
import SystemPackage

/// What a measurement wants of the process it runs in.
enum Limits {
  /// Keeps this process, and so all it starts, on one core, the last one it may use by default.
  static func bind(toCore core: Int32?) throws(Problem) {
    let core = core ?? clinux_last_core()
    do throws(Errno) {
      _ = try checked { clinux_bind_to_core(0, core) }
    } catch {
      throw Problem(message: "cannot run on core \(core): \(error)")
    }
  }

  /// Raises the limit on locked memory as far as this user may.
  static func raiseLockLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit)
  }
}
