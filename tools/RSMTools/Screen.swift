import CLinux
import Glibc

/// The terminal on standard output, and on standard input if that is one too, while one program has all of it.
final class Screen {
  private static let alternate = "\u{1b}[?1049h\u{1b}[?25l"
  private static let normal = "\u{1b}[?25h\u{1b}[?1049l"

  /// How the terminal was, nil if standard input is none.
  private let before: termios?

  init() {
    var settings = termios()
    before = unsafe tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
  }

  var hasKeyboard: Bool { before != nil }

  /// Takes the whole screen; keys come one by one and unseen.
  func enter() {
    if var settings = before {
      settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
      unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }
    Self.write(Self.alternate)
  }

  /// Puts everything back.
  func leave() {
    Self.write(Self.normal)
    if var settings = before { unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
  }

  /// How many characters there is room for; 24 lines of 80 if the terminal does not say.
  var size: (lines: Int, columns: Int) {
    var size = winsize()
    let result = unsafe withUnsafeMutablePointer(to: &size) { unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), $0) }
    guard result == 0, size.ws_row > 0, size.ws_col > 0 else { return (24, 80) }
    return (Int(size.ws_row), Int(size.ws_col))
  }

  /// Shows as much of these lines as there is room for; the one with the number `bold`, if any, in bold.
  func show(_ lines: [String], bold: Int?) {
    let size = size
    let shown = lines.prefix(size.lines).enumerated().map { number, line in
      let text = String(line.prefix(size.columns))
      return (number == bold ? "\u{1b}[1m\(text)\u{1b}[0m" : text) + "\u{1b}[K"
    }
    Self.write("\u{1b}[H" + shown.joined(separator: "\n") + "\u{1b}[J")
  }

  /// The characters that were typed; nil if there will be no more. Those of a function key are none.
  func typed() -> [Character]? {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    guard count > 0 else { return nil }
    return bytes[0] == 0x1b ? [] : bytes[..<count].map { Character(Unicode.Scalar($0)) }
  }

  private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { return }
      rest = rest.dropFirst(max(count, 0))
    }
  }
}
