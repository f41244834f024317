import CNullServer
import Glibc
import RSMKernel
import RSMTools
import SystemPackage

/// A libfuse server that does nothing, as a child, and an open file of it: the least a request through FUSE can cost.
///
/// The child ends, unmounts and removes its directory when the file is closed or this process dies.
final class NullServer {
  private let process: ChildProcess
  private var file: Descriptor?

  init() throws(Problem) {
    do {
      let directory = try TemporaryDirectory.make(prefix: "rsmbench")
      do {
        let pair = try MessageSocket.Pair()
        let process = try ChildProcess(
          ["/proc/self/exe", "null-server", directory, "3"], descriptors: [0, 1, 2, pair.theirs.raw], isCompanion: true)
        let ready = pair.takeOurs()
        guard try ready.receive(limit: 1) != nil else {
          throw Problem(message: "the null server ended with status \(try process.wait().shellCode)")
        }
        file = try Descriptor(opening: "\(directory)/\(unsafe String(cString: cnullserver_file))", flags: O_RDWR)
        self.process = process
      } catch {
        unsafe rmdir(directory)
        throw error
      }
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(message: "cannot start the null server: \(error)")
    }
  }

  /// One request, which must succeed.
  func call() throws(Problem) {
    guard let descriptor = file?.raw, cnullserver_call(descriptor) == 0 else {
      throw Problem(message: "the null server does not answer: \(Errno.current)")
    }
  }

  func end() {
    file = nil
    _ = try? process.wait()
  }
}
