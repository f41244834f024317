import Glibc
import RSMKernel
import SystemPackage

/// An rsmd of one's own on a directory of one's own, gone with its owner.
package final class PrivateMount {
  package let path: String
  private let daemon: ChildProcess

  /// Starts `program` on a new temporary directory and waits until the mount answers.
  package init(program: String, arguments: [String] = []) throws(Daemon.Problem) {
    let directory: String
    do throws(Errno) {
      directory = try TemporaryDirectory.make(prefix: "rsm")
    } catch {
      throw Daemon.Problem(message: "cannot make a directory in \(TemporaryDirectory.parent): \(error)")
    }
    do throws(Daemon.Problem) {
      daemon = try Daemon.start(program, ["--mount", directory, "--remove-dir"] + arguments, as: .companion)
    } catch {
      unsafe rmdir(directory)
      throw error
    }
    path = directory
  }

  /// Unmounts and removes the directory.
  ///
  /// - Returns: the exit status of rsmd.
  package func end() -> Int32 {
    daemon.process.terminate()
    let status = try? daemon.wait()
    unsafe rmdir(path)
    return status?.shellCode ?? 1
  }
}
