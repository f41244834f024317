import CLinux
import Glibc
import Logging
import RSMControl
import RSMKernel

/// Writes what is logged to standard error, as `rsmd: level: message`: for the journal with the level as a number instead
/// (sd-daemon(3)), into a log file with the time before it.
struct LogLine: LogHandler {
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()

  private enum Reader {
    case person
    case journal
    case file
  }

  private static let reader: Reader =
    if unsafe clinux_secure_getenv(LogFile.variable) != nil {
      .file
    } else if unsafe clinux_secure_getenv("JOURNAL_STREAM") != nil {
      .journal
    } else {
      .person
    }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let line =
      switch Self.reader {
      case .person: "rsmd: \(event.level): \(event.message)"
      case .journal: "<\(Self.priority(of: event.level))>\(event.message)"
      case .file: "\(Timestamp(microseconds: Clock.microseconds).utc) rsmd: \(event.level): \(event.message)"
      }
    let bytes = Array("\(line)\n".utf8)
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
