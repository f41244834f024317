import Glibc

/// What is said beside the figures, on standard error.
enum Notice {
  static func write(_ text: String) {
    let line = Array("rsmbench: \(text)\n".utf8)
    _ = unsafe Glibc.write(STDERR_FILENO, line, line.count)
  }
}
