import CLinux
import Glibc
package import SystemPackage

/// A child this process started, named by a pidfd so that a later process with its number is never hit.
package struct ChildProcess: ~Copyable, Sendable {
  package let process: PIDFD

  /// How a child ended.
  package enum Status: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)

    /// The status a shell would report.
    package var shellCode: Int32 {
      switch self {
      case .exited(let code): code
      case .killed(let signal): 128 + signal
      }
    }
  }

  /// Starts `arguments[0]`, a path, with `descriptors[i]` as its descriptor i and no other descriptor open.
  ///
  /// - Parameters:
  ///   - isCompanion: keep it out of reach of the terminal's signals, and send it SIGTERM when this process dies.
  ///   - isDetached: give it a session of its own, and / as its working directory.
  package init(
    _ arguments: [String], environment: [String]? = nil, descriptors: [Int32] = [0, 1, 2], isCompanion: Bool = false,
    isDetached: Bool = false
  ) throws(Errno) {
    var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var envp = unsafe (environment ?? []).map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe argv.indices { unsafe free(argv[index]) }
      for index in unsafe envp.indices { unsafe free(envp[index]) }
    }
    let count = Int32(descriptors.count)
    let bond = isDetached ? CLINUX_DETACHED : isCompanion ? CLINUX_COMPANION : CLINUX_CHILD
    let pid =
      if environment == nil {
        unsafe clinux_spawn(&argv, environ, descriptors, count, bond)
      } else {
        unsafe clinux_spawn(&argv, &envp, descriptors, count, bond)
      }
    guard pid > 0 else { throw Errno(rawValue: -pid) }
    process = try PIDFD(process: pid)
  }

  /// Waits for the child to end.
  package func wait() throws(Errno) -> Status {
    try status(options: 0) ?? .exited(0)
  }

  /// The status of a child that has ended, nil while it runs.
  package func poll() throws(Errno) -> Status? {
    try status(options: WNOHANG)
  }

  private func status(options: Int32) throws(Errno) -> Status? {
    var status: Int32 = 0
    guard try checkedRetrying({ unsafe waitpid(process.pid, &status, options) }) != 0 else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }
}
