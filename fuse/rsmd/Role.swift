import CLinux
import Glibc
import Logging
import RSMBackend
import RSMControl
import RSMKernel
import SystemPackage

/// The parts of rsmd that the keeper starts, with the descriptors it leaves them. Not for people.
enum Role {
  /// Serves the mount: descriptor 3 is /dev/fuse, 4 the socket to the keeper.
  case agent(keeper: Int32, Configuration)
  /// Asks the kernel about other processes: descriptor 3 is the socket to the agent.
  case inspector(keeper: Int32)
  /// Binds the socket `grant`, which is descriptor 3, and opens and closes a file of the mount once, so that the kernel learns that
  /// closing needs no answer.
  case opener(mount: String)

  private static let prefix = "--role="

  init?(arguments: [String]) {
    guard let first = arguments.first, first.hasPrefix(Self.prefix) else { return nil }
    switch (first.dropFirst(Self.prefix.count), arguments.count) {
    case ("agent", 2...):
      guard let configuration = Configuration(arguments: arguments.dropFirst(2)) else { return nil }
      self = .agent(keeper: Int32(arguments[1]) ?? 0, configuration)
    case ("inspector", 2): self = .inspector(keeper: Int32(arguments[1]) ?? 0)
    case ("opener", 2): self = .opener(mount: arguments[1])
    default: return nil
    }
  }

  /// The command line that starts this part from the running program.
  var commandLine: [String] {
    let program = "/proc/self/exe"
    return switch self {
    case .agent(let keeper, let configuration):
      [program, Self.prefix + "agent", String(keeper)] + configuration.arguments
    case .inspector(let keeper): [program, Self.prefix + "inspector", String(keeper)]
    case .opener(let mount): [program, Self.prefix + "opener", mount]
    }
  }

  func run() -> Int32 {
    // A terminal sends these to all parts; the keeper ends the others.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
    switch self {
    case .agent(let keeper, let configuration):
      guard Self.bind(to: keeper, name: "rsmd-agent") else { return ExitCode.software }
      return Agent.run(keeper: keeper, configuration)
    case .inspector(let keeper):
      guard Self.bind(to: keeper, name: "rsmd-inspector") else { return ExitCode.software }
      var inspector = Inspector(socket: MessageSocket(owning: 3))
      return (try? inspector.run()) == nil ? ExitCode.software : 0
    case .opener(let mount):
      return Self.open(mount) ? 0 : ExitCode.failure
    }
  }

  private static func open(_ mount: String) -> Bool {
    do throws(Errno) {
      // The path of the mount may be longer than the address of a socket can be.
      _ = try checked { unsafe chdir(mount) }
      try ListeningSocket(owning: 3).bind(ControlTree.grant)
      _ = try Descriptor(opening: ControlTree.status, flags: O_RDONLY)
      return true
    } catch {
      Logger(label: "rsmd").error("cannot use the mount on \(mount): \(error)")
      return false
    }
  }

  /// Ties the life of this process to the keeper's, which may be over already.
  private static func bind(to keeper: Int32, name: String) -> Bool {
    _ = unsafe clinux_set_process_name(name)
    return clinux_die_with_parent() == 0 && getppid() == keeper
  }
}
