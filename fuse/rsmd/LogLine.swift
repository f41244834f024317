import Glibc
import Logging

/// Writes what is logged to standard error, as `rsmd: level: message`.
struct LogLine: LogHandler {
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let line = Array("rsmd: \(event.level): \(event.message)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
  }
}
