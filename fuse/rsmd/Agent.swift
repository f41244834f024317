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
  /// How many may wait at the socket `grant`.
  private static let mostPeers = 64
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
      let free = max(12, DescriptorLimit.raise() - descriptorReserve - inspectors)
      let peerLimit = min(mostPeers, free / 8)
      let segments = try SegmentTable(limit: (free - peerLimit) / (SegmentTable.mostDescriptors + 1))
      let processLimit = free - peerLimit - SegmentTable.mostDescriptors * segments.limit
      var configuration = configuration
      configuration.lower(.maxProcessesPerUser, to: share(of: processLimit))
      configuration.lower(.maxSegmentsPerUser, to: share(of: segments.limit))
      let backend = Backend(
        loop: loop, inspections: inspections, segments: segments, configuration: configuration,
        processLimit: processLimit
      ) {
        logger.warning("\($0)")
      }
      let status = StatusText(keeper: keeper, backend: backend)
      let files = FileSystem(backend: backend, status: { status.text }, metrics: status.metrics)
      let wantsPassthrough = Mount.mode == .system && !KernelFeature.passthrough.isOff
      let session = try Session(files, descriptor: device, in: loop, wantsPassthrough: wantsPassthrough) { kernel in
        status.offersPassthrough = kernel.offersPassthrough
        link.send(.serving)
      }
      _ = try loop.watch(link.descriptor) {
        guard let (message, passed) = link.receive() else { return loop.stop() }
        guard let message, passed >= 0 else { return }
        do throws(Errno) {
          switch message {
          case .inspector(let serial): try inspections.add(serial: serial, socket: MessageSocket(owning: passed))
          case .grants:
            try GrantDesk.open(
              loop: loop, backend: backend, listener: ListeningSocket(owning: passed), limit: peerLimit)
          case .serving, .replace: break
          }
        } catch {
          logger.error("cannot watch a descriptor of the keeper: \(error)")
        }
      }
      try session.run()
      return 0
    } catch {
      logger.error("the agent cannot serve: \(error)")
      return ExitCode.software
    }
  }

  /// How much of what there is one user may have: serving several, one of them does not get all descriptors.
  private static func share(of limit: Int) -> UInt64 {
    UInt64(Mount.mode == .system ? max(1, limit * 3 / 4) : limit)
  }
}
