import Glibc
import Logging
import RSMBackend
import RSMControl
import RSMFuse
import RSMKernel
import SystemPackage

/// Serves the mount: wires the event loop, the backend, the file system and the session together.
enum Agent {
  private static let device: Int32 = 3
  /// Descriptors that clients may not use up: for the mount, the keeper, and what a request takes for a moment. Inspectors add
  /// one each.
  private static let descriptorReserve = 24
  private static let foreignProc = "/proc does not show the PID namespace of rsmd"

  static func run(keeper: Int32, _ configuration: Configuration) -> Int32 {
    let inspectors = Int(configuration[.inspectors])
    let logger = Logger(label: "rsmd")
    do {
      let loop = try EventLoop()
      let link = KeeperLink(MessageSocket(owning: 4))
      let obstacle = ProcFileSystem.isOfThisNamespace ? nil : foreignProc
      if let obstacle {
        logger.warning("handles are not checked: \(obstacle); start it in the outermost one, or give it its own /proc")
      }
      let inspections = Inspections(loop: loop, expected: inspectors, obstacle: obstacle) { serial in
        link.send(.replace(serial: serial))
      }
      let processLimit = max(1, DescriptorLimit.raise() - descriptorReserve - inspectors)
      var configuration = configuration
      // Serving several users, one of them does not get all descriptors.
      let share = Mount.mode == .system ? max(1, processLimit * 3 / 4) : processLimit
      configuration.lower(.maxProcessesPerUser, to: UInt64(share))
      let backend = Backend(
        loop: loop, inspections: inspections, configuration: configuration, processLimit: processLimit
      ) {
        logger.warning("\($0)")
      }
      let status = StatusText(keeper: keeper, backend: backend)
      let files = FileSystem(backend: backend, status: { status.text }, metrics: status.metrics)
      let session = try Session(files, descriptor: device, in: loop) { kernel in
        status.offersPassthrough = kernel.offersPassthrough
        link.send(.serving)
      }
      _ = try loop.watch(link.descriptor) {
        guard let (message, passed) = link.receive() else { return loop.stop() }
        guard case .inspector(let serial) = message, passed >= 0 else { return }
        do throws(Errno) {
          try inspections.add(serial: serial, socket: MessageSocket(owning: passed))
        } catch {
          logger.error("cannot watch an inspector: \(error)")
        }
      }
      try session.run()
      return 0
    } catch {
      logger.error("the agent cannot serve: \(error)")
      return ExitCode.software
    }
  }
}
