import Glibc
import RSMBackend
import RSMControl
import RSMKernel

/// What rsmd was asked to do.
struct Options {
  enum Request {
    case help
    case version
    case run(Options)
  }

  struct Problem: Error {
    let message: String
  }

  static let usage = """
    usage: rsmd [--mount DIR] [--remove-dir] [--config FILE] [--inspectors N] [--log FILE] [--without NAMES] [--ready-fd N]

    Serves the control filesystem of Remote Shared Memory in the foreground until SIGTERM or SIGINT.

      --mount DIR      where to mount it; made if it is missing (default: \(MountPoint.system) for root,
                       $XDG_RUNTIME_DIR/rsm for others)
      --remove-dir     remove DIR at the end even if it was there before; without it, and without --mount, only a directory that
                       rsmd has made and the default one go
      --config FILE    limits and policies (default, if it is there: \(ConfigurationFile.system) for root,
                       $XDG_CONFIG_HOME/rsm/rsmd.conf or ~/.config/rsm/rsmd.conf for others)
      --inspectors N   in place of "inspectors" in FILE: processes that ask the kernel about other processes' memory, 0 to 64
      --log FILE       append what rsmd says to FILE, with the time (UTC); until the mount answers, errors go to standard error too
      --without NAMES  do without these kernel features, separated by commas; the names are those in "Features" and "Missing" of the
                       file status (default: $\(KernelFeature.variable))
      --ready-fd N     write a line to this descriptor once the mount answers
      --version        print the release
      --help           print this text

    Exit status: 0 after an orderly end, 1 if the mount could not be made or removed, 64 for wrong usage, 70 if the agent died,
    78 if FILE is wrong or cannot be read.
    """

  var mountPoint: String
  /// Of the configuration; nil for the default place.
  var configurationFile: String?
  /// Nil if the configuration decides.
  var inspectors: UInt64?
  var removesDirectory = false
  var readyDescriptor: Int32?
  var logPath: String?
  var without: String?

  static func parse(_ arguments: [String]) throws(Problem) -> Request {
    var options = Options(mountPoint: "")
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": return .help
      case "--version": return .version
      case "--mount": options.mountPoint = try value(of: argument, &rest)
      case "--log": options.logPath = try value(of: argument, &rest)
      case "--without": options.without = try value(of: argument, &rest)
      case "--remove-dir": options.removesDirectory = true
      case "--config": options.configurationFile = try value(of: argument, &rest)
      case "--inspectors": options.inspectors = try inspectors(of: argument, &rest)
      case "--ready-fd": options.readyDescriptor = Int32(try number(of: argument, &rest, in: 0...Int(Int32.max)))
      default: throw Problem(message: "\"\(argument)\" is no option of rsmd")
      }
    }
    try check(featuresOff: options.without ?? environment(KernelFeature.variable) ?? "")
    if options.mountPoint.isEmpty {
      options.mountPoint = try defaultMountPoint()
      options.removesDirectory = true
    }
    return .run(options)
  }

  private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(Problem) -> String {
    guard let value = rest.popFirst(), !value.isEmpty else { throw Problem(message: "\(option) needs a value") }
    return value
  }

  private static func number(
    of option: String, _ rest: inout ArraySlice<String>, in range: ClosedRange<Int>
  ) throws(Problem) -> Int {
    let text = try value(of: option, &rest)
    guard let number = Int(text), range.contains(number) else {
      throw Problem(
        message: "\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
    }
    return number
  }

  private static func inspectors(of option: String, _ rest: inout ArraySlice<String>) throws(Problem) -> UInt64 {
    let text = try value(of: option, &rest)
    let form = Configuration.Key.inspectors.form
    guard let number = form.value(of: text) else {
      throw Problem(message: "\(option) takes \(form.choices), not \"\(text)\"")
    }
    return number
  }

  private static func check(featuresOff list: String) throws(Problem) {
    do throws(KernelFeature.UnknownName) {
      _ = try KernelFeature.parse(list)
    } catch {
      throw Problem(message: error.message)
    }
  }

  private static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  private static func defaultMountPoint() throws(Problem) -> String {
    let runtimeDirectory = environment("XDG_RUNTIME_DIR")
    guard let directory = MountPoint.standard(isRoot: geteuid() == 0, runtimeDirectory: runtimeDirectory) else {
      throw Problem(message: "XDG_RUNTIME_DIR is not set, so there is no default mount point: give --mount DIR")
    }
    return directory
  }
}
