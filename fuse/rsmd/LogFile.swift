import Glibc
import RSMKernel
import SystemPackage

/// A file that takes the place of standard error, in all parts of rsmd.
///
/// Whoever starts rsmd waits for it to serve: if it comes to nothing, what was said is repeated where standard error was.
final class LogFile {
  /// Above those that rsmd was given.
  private static let firstDescriptor: Int32 = 16

  private let path: String
  private let start: Int
  /// Where standard error was, until rsmd serves.
  private var console: Int32?

  /// Appends to the file at `path`, made if it is missing.
  init(_ path: String) throws(Errno) {
    let file = Descriptor(
      owning: try checkedRetrying { unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640) })
    self.path = path
    start = max(0, lseek(file.raw, 0, SEEK_END))
    console = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, Self.firstDescriptor)
    _ = try checked { dup2(file.raw, STDERR_FILENO) }
  }

  /// Lets go of what was standard error: rsmd serves.
  func leaveConsole() {
    if let console { close(console) }
    console = nil
  }

  /// Repeats what was said so far, if rsmd has never served.
  func repeatOnConsole() {
    guard let console, let text = try? TextFile.read(path) else { return }
    let said = Array(text.utf8.dropFirst(start))
    _ = unsafe write(console, said, said.count)
    leaveConsole()
  }
}
