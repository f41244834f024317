import CLinux
import Glibc
package import RSMKernel
import SystemPackage

/// Starts rsmd and waits until its mount answers.
package enum Daemon {
  /// Why there is none; rsmd has said more on standard error.
  package struct Problem: Error {
    package let message: String
  }

  /// How long the new process is to live.
  package enum Bond: Sendable {
    /// As long as the running one.
    case companion
    /// On its own, in the background.
    case detached
  }

  package static func start(_ program: String, _ arguments: [String], as bond: Bond) throws(Problem) -> ChildProcess {
    do {
      let pair = try MessageSocket.Pair()
      let silence = try Descriptor(opening: "/dev/null", flags: O_RDWR)
      let isDetached = bond == .detached
      let daemon = try ChildProcess(
        [program, "--ready-fd", "3"] + arguments,
        descriptors: [isDetached ? silence.raw : 0, isDetached ? silence.raw : 1, 2, pair.theirs.raw],
        isCompanion: !isDetached, isDetached: isDetached)
      let ready = pair.takeOurs()
      guard try ready.receive(limit: 1) != nil else {
        throw Problem(message: "rsmd ended with status \(try daemon.wait().shellCode) before the mount answered")
      }
      return daemon
    } catch {
      throw error as? Problem ?? Problem(message: "cannot start \(program): \(error)")
    }
  }
}
