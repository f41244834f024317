import CLinux
import Glibc
import RSMKernel
import SystemPackage

/// An rsmd of one's own on a directory of one's own, gone with its owner.
package final class PrivateMount {
  /// Why there is none; rsmd has said more on standard error.
  package struct Problem: Error {
    package let message: String
  }

  package let path: String
  private let daemon: ChildProcess

  /// Starts `program` on a new temporary directory and waits until the mount answers.
  package init(program: String, arguments: [String] = []) throws(Problem) {
    let directory: String
    do throws(Errno) {
      directory = try TemporaryDirectory.make(prefix: "rsm")
    } catch {
      throw Problem(message: "cannot make a directory in \(TemporaryDirectory.parent): \(error)")
    }
    do {
      let pair = try MessageSocket.Pair()
      daemon = try ChildProcess(
        [program, "--mount", directory, "--remove-dir", "--ready-fd", "3"] + arguments,
        descriptors: [0, 1, 2, pair.theirs.raw],
        isCompanion: true)
      let ready = pair.takeOurs()
      guard try ready.receive(limit: 1) != nil else {
        throw Problem(message: "rsmd ended with status \(try daemon.wait().shellCode) before the mount answered")
      }
    } catch {
      unsafe rmdir(directory)
      throw error as? Problem ?? Problem(message: "cannot start \(program): \(error)")
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
