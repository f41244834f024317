import CLinux
import Glibc

/// Says on standard error what an RSMERR code cannot: the C functions return nothing else.
///
/// `RSM_LOG=off` keeps it quiet, `RSM_LOG=all` speaks of every error. Otherwise it speaks of those that lie outside the program:
/// no rsmd, a limit, a defect.
enum Diagnostics {
  private enum Level {
    case off, environment, all
  }

  private static let level: Level = {
    guard let setting = unsafe clinux_secure_getenv("RSM_LOG") else { return .environment }
    return switch unsafe String(cString: setting) {
    case "off": .off
    case "all": .all
    default: .environment
    }
  }()

  private static let environmentCodes: Set<RSMError.Code> = [
    .controllerNotPresent, .insufficientMemory, .insufficientResources, .internalError,
  ]

  static func report(_ error: RSMError) {
    guard level == .all || level == .environment && environmentCodes.contains(error.code) else { return }
    let line = Array("librsm: \(error.description)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
  }
}

extension RSMError {
  /// Writes this error to standard error if it is of the kind that `RSM_LOG` asks for.
  package func report() {
    Diagnostics.report(self)
  }
}
