import Glibc
import RSMControl
import RSMTools

/// A mount that only the measurement uses, and the library in this process and its children.
enum OwnMount {
  static func start() throws(Problem) -> PrivateMount {
    do throws(Daemon.Problem) {
      let mount = try PrivateMount(program: Executable.sibling("rsmd"))
      unsafe setenv(MountPoint.variable, mount.path, 1)
      return mount
    } catch {
      throw Problem(message: error.message)
    }
  }
}
