import Glibc
import Logging
import RSMBackend
import RSMControl
import RSMKernel

/// rsmd: one program, three parts. The keeper is what a person starts; it starts the agent and the inspectors.
@main
struct Program {
  static func main() {
    // A reader of our log may go away.
    signal(SIGPIPE, SIG_IGN)
    LoggingSystem.bootstrap { _ in LogLine() }
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func run(_ arguments: [String]) -> Int32 {
    if let role = Role(arguments: arguments) { return role.run() }
    do throws(Options.Problem) {
      switch try Options.parse(arguments) {
      case .help:
        print(Options.usage)
        return 0
      case .version:
        print("rsmd \(Release.version)")
        return 0
      case .run(let options):
        // The parts of rsmd are told by the environment.
        if let without = options.without { unsafe setenv(KernelFeature.variable, without, 1) }
        return run(options)
      }
    } catch {
      Logger(label: "rsmd").error("\(error.message); see rsmd --help")
      return ExitCode.usage
    }
  }

  private static func run(_ options: Options) -> Int32 {
    do throws(ConfigurationFile.Problem) {
      var configuration = try ConfigurationFile.read(options.configurationFile)
      if let inspectors = options.inspectors { configuration[.inspectors] = inspectors }
      return Keeper.run(options, configuration)
    } catch {
      Logger(label: "rsmd").error("\(error.message)")
      return ExitCode.configuration
    }
  }
}
