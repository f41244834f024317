import CLinux
import Glibc
import Logging
import RSMBackend
import RSMControl
import RSMKernel
import SystemPackage

/// Holds the mount, starts the agent and the inspectors, and ends everything when it is told to or when the agent dies.
final class Keeper {
  /// Keeps an inspector that dies at once from taking the machine's time.
  private static let restartDelay: Duration = .milliseconds(20)

  private let options: Options
  private let configuration: Configuration
  private let log: LogFile?
  private let logger = Logger(label: "rsmd")
  private let manager = ServiceManager { name in
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
  private let loop: EventLoop
  private let mount: Mount
  private let agent: ChildProcess
  private let link: KeeperLink
  private var inspectors: [UInt64: Part] = [:]
  private var opener: Part?
  /// Bound by the opener, then handed to the agent.
  private let grants: ListeningSocket
  private var lastSerial: UInt64 = 0
  private var exitCode: Int32 = 0

  /// A part that may be replaced.
  private final class Part {
    let child: ChildProcess

    init(_ child: consuming ChildProcess) {
      self.child = child
    }
  }

  /// Mounts, serves until a signal or the end of the agent, unmounts.
  ///
  /// - Returns: the exit status of rsmd.
  static func run(_ options: Options, _ configuration: Configuration) -> Int32 {
    guard let path = options.logPath else { return run(options, configuration, log: nil) }
    let log: LogFile
    do throws(Errno) {
      log = try LogFile(path)
    } catch {
      Logger(label: "rsmd").error("cannot write the log \(path): \(error)")
      return ExitCode.failure
    }
    defer { log.repeatOnConsole() }
    return run(options, configuration, log: log)
  }

  private static func run(_ options: Options, _ configuration: Configuration, log: LogFile?) -> Int32 {
    if let obstacle = KernelFeatures().obstacle {
      Logger(label: "rsmd").error("\(obstacle)")
      return ExitCode.failure
    }
    let signals = [SIGINT, SIGTERM, SIGHUP, SIGCHLD]
    unsafe clinux_block_signals(signals, signals.count)
    do {
      return try Keeper(options, configuration, log).serve(signals)
    } catch let problem as Mount.Problem {
      Logger(label: "rsmd").error("\(problem.message)")
    } catch {
      Logger(label: "rsmd").error("cannot start: \(error)")
    }
    return ExitCode.failure
  }

  private init(_ options: Options, _ configuration: Configuration, _ log: LogFile?) throws {
    self.options = options
    self.configuration = configuration
    self.log = log
    loop = try EventLoop()
    grants = try ListeningSocket()
    let mount = try Mount(at: options.mountPoint, removesDirectory: options.removesDirectory)
    if mount.isReplacement { logger.info("\(mount.path) had been left by a killed rsmd; it is replaced") }
    do {
      let pair = try MessageSocket.Pair()
      agent = try ChildProcess(
        Role.agent(keeper: getpid(), configuration).commandLine,
        descriptors: [0, 1, 2, mount.device.raw, pair.theirs.raw])
      link = KeeperLink(pair.takeOurs())
    } catch {
      try mount.unmount()
      throw error
    }
    self.mount = mount
  }

  private func serve(_ signals: [Int32]) throws -> Int32 {
    let signalDescriptor = Descriptor(owning: try checked { unsafe clinux_signalfd(signals, signals.count) })
    _ = try loop.watch(signalDescriptor.raw) { [unowned self] in takeSignal(signalDescriptor.raw) }
    _ = try loop.watch(link.descriptor) { [unowned self] in hearAgent() }
    let mounts = try Descriptor(opening: MountTable.path, flags: O_RDONLY)
    _ = try loop.watchChanges(of: mounts.raw) { [unowned self] in checkMount() }
    for _ in 0..<configuration[.inspectors] { try startInspector() }
    try loop.run()
    return end()
  }

  /// - Returns: the exit status of rsmd.
  private func end() -> Int32 {
    manager.send(.stopping)
    do throws(Mount.Problem) {
      try mount.unmount()
    } catch {
      logger.error("\(error.message)")
      exitCode = max(exitCode, ExitCode.failure)
    }
    agent.process.kill()
    _ = try? agent.wait()
    for inspector in inspectors.values {
      inspector.child.process.kill()
      _ = try? inspector.child.wait()
    }
    return exitCode
  }

  private func hearAgent() {
    guard let message = link.receive()?.message else { return }
    switch message {
    case .serving: startOpener()
    case .replace(let serial): inspectors[serial]?.child.process.kill()
    case .inspector, .grants: break
    }
  }

  /// Ends if somebody else has unmounted. The agent would not notice: its socket in the mount keeps the filesystem in use.
  private func checkMount() {
    guard let id = mount.id, let table = try? MountTable() else { return }
    if !table.entries.contains(where: { $0.id == id }) { loop.stop() }
  }

  // MARK: Children

  private func startInspector() throws {
    lastSerial += 1
    let pair = try MessageSocket.Pair()
    let process = try ChildProcess(
      Role.inspector(keeper: getpid()).commandLine, descriptors: [0, 1, 2, pair.theirs.raw])
    inspectors[lastSerial] = Part(process)
    link.send(.inspector(serial: lastSerial), passing: pair.ours.raw)
  }

  private func restartInspector() {
    do {
      try startInspector()
    } catch {
      logger.error("cannot start an inspector: \(error)")
      _ = loop.schedule(after: .seconds(1)) { [unowned self] in restartInspector() }
    }
  }

  private func startOpener() {
    do {
      opener = Part(
        try ChildProcess(Role.opener(mount: mount.path).commandLine, descriptors: [0, 1, 2, grants.raw]))
    } catch {
      fail("cannot start the opener: \(error)")
    }
  }

  private func takeSignal(_ descriptor: Int32) {
    var information = signalfd_siginfo()
    guard unsafe read(descriptor, &information, MemoryLayout<signalfd_siginfo>.size) > 0 else { return }
    guard Int32(information.ssi_signo) == SIGCHLD else { return loop.stop() }
    do {
      try reapChildren()
    } catch {
      fail("cannot wait for a part of rsmd: \(error)")
    }
  }

  private func reapChildren() throws {
    if let status = try agent.poll() {
      // The agent ends by itself, with 0, when somebody else has unmounted the filesystem.
      return status == .exited(0) ? loop.stop() : fail("the agent died (\(status)); \(mount.path) is unmounted")
    }
    if let status = try opener?.child.poll() {
      opener = nil
      guard status == .exited(0) else { return fail("the mount on \(mount.path) does not answer") }
      link.send(.grants, passing: grants.raw)
      announce()
    }
    for (serial, inspector) in inspectors where try inspector.child.poll() != nil {
      inspectors[serial] = nil
      _ = loop.schedule(after: Self.restartDelay) { [unowned self] in restartInspector() }
    }
  }

  private func announce() {
    manager.send(.ready)
    feedWatchdog()
    log?.leaveConsole()
    guard let descriptor = options.readyDescriptor else {
      return logger.info("serving \(mount.path) (\(Mount.mode.rawValue) mode)")
    }
    _ = unsafe write(descriptor, "ready\n", 6)
    close(descriptor)
  }

  /// The loop that ends dead parts and starts new ones is the one that must live.
  private func feedWatchdog() {
    guard let interval = manager.watchdogInterval else { return }
    manager.send(.watchdog)
    _ = loop.schedule(after: interval) { [unowned self] in feedWatchdog() }
  }

  private func fail(_ message: String) {
    logger.error("\(message)")
    exitCode = ExitCode.software
    loop.stop()
  }
}
