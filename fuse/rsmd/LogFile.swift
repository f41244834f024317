import Glibc
import RSMControl
import RSMKernel
import SystemPackage

/// A file that takes the place of standard error, in all parts of rsmd.
///
/// Whoever starts rsmd waits for it to serve: if it comes to nothing, what was said is repeated where standard error was.
final class LogFile {
  /// Set in the environment of the parts of rsmd whose standard error is the file.
  static let variable = "RSMD_LOG"

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
    unsafe setenv(Self.variable, path, 1)
  }

  /// Lets go of what was standard error: rsmd serves.
  func leaveConsole() {
    if let console { close(console) }
    console = nil
  }

  /// Repeats what was said so far, if rsmd has never served.
  func repeatOnConsole() {
    guard let console, let text = try? TextFile.read(path) else { return }
    let lines = String(decoding: text.utf8.dropFirst(start), as: UTF8.self).split(separator: "\n")
    let said = Array(lines.map { "\(Self.withoutTime($0))\n" }.joined().utf8)
    _ = unsafe write(console, said, said.count)
    leaveConsole()
  }

  /// What the libraries and programs that rsmd uses say has no time.
  private static func withoutTime(_ line: Substring) -> Substring {
    let length = Timestamp(microseconds: 0).utc.utf8.count
    let time = line.prefix { $0 != " " }
    guard time.utf8.count == length, time.first?.isNumber == true, time.last == "Z" else { return line }
    return line.dropFirst(length + 1)
  }
}
