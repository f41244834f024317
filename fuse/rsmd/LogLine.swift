import CLinux
import Glibc
import Logging

/// Writes what is logged to standard error, as `rsmd: level: message`; for the journal with the level as a number before it
/// (sd-daemon(3)).
struct LogLine: LogHandler {
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()
  /// Whether standard error is the journal's.
  private static let isForJournal = unsafe clinux_secure_getenv("JOURNAL_STREAM") != nil

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let text = "\(event.message)"
    let line = Self.isForJournal ? "<\(Self.priority(of: event.level))>\(text)\n" : "rsmd: \(event.level): \(text)\n"
    let bytes = Array(line.utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  }

  /// As in syslog(3).
  private static func priority(of level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
