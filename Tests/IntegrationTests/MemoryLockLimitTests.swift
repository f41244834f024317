import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// The policy raise-memlock.
@Suite struct MemoryLockLimitTests {
  private static let megabyte = 1 << 20

  /// Whether this process may raise hard limits.
  private var mayRaise: Bool {
    (try? ChildProcess(["/usr/bin/prlimit", "--memlock=16777216:16777216", "/bin/true"], descriptors: []).wait())
      == .exited(0)
  }

  /// The soft and the hard limit of a process, in megabytes.
  private func limit(of client: Dialogue) throws -> [Int] {
    let line = try TextFile.read("/proc/\(client.process.process.pid)/limits").split(separator: "\n").first {
      $0.hasPrefix("Max locked memory")
    }
    let words = line?.split(separator: " ").dropFirst(3).prefix(2) ?? []
    return words.map { $0 == "unlimited" ? .max : (Int($0) ?? -1) / Self.megabyte }
  }

  /// A client with a soft limit of 1 MiB and a hard one of 4 MiB.
  private func client(_ mount: TestMount) throws -> Dialogue {
    try Dialogue(
      ["/usr/bin/prlimit", "--memlock=1048576:4194304", Workbench.shared.program("rsmclient")],
      environment: mount.environment)
  }

  @Test func theSoftLimitIsRaisedUpToTheHardOne() throws {
    let mount = try TestMount(configuration: "raise-memlock = 3M\n")
    let client = try client(mount)
    _ = try client.ask("pid")
    #expect(try limit(of: client) == [1, 4])
    _ = try client.controller()
    #expect(try limit(of: client) == [3, 4])
    #expect(mount.log.isEmpty, "\(mount.log)")
  }

  @Test func aHigherLimitIsLeftAlone() throws {
    let mount = try TestMount(configuration: "raise-memlock = 64K\n")
    let client = try client(mount)
    _ = try client.controller()
    #expect(try limit(of: client) == [1, 4])
  }

  @Test func withoutThePolicyLimitsAreLeftAlone() throws {
    let mount = try TestMount()
    let client = try client(mount)
    _ = try client.controller()
    #expect(try limit(of: client) == [1, 4])
  }

  @Test func whereItIsNotPermittedTheSoftLimitRisesAndTheProgramGoesOn() throws {
    guard !mayRaise else { try Test.cancel("rsmd may raise hard limits here") }
    let mount = try TestMount(configuration: "raise-memlock = 16M\n")
    let clients = try (0..<3).map { _ in try client(mount) }
    for client in clients {
      let controller = try client.controller()
      #expect(try limit(of: client) == [4, 4])
      #expect(try client.create(controller, try client.memory(pages: 2), 8192).code == RSM_SUCCESS)
    }
    let lines = mount.log.split(separator: "\n")
    #expect(lines.count == 1, "once a minute: \(mount.log)")
    let pid = clients[0].process.process.pid
    #expect(
      lines.first?.contains("cannot raise RLIMIT_MEMLOCK of uid \(getuid()), pid \(pid) to 16777216 bytes") == true)
    #expect(lines.first?.contains("CAP_SYS_RESOURCE") == true)
  }

  @Test func anOrdinaryProgramPinsWithoutLimitsConf() throws {
    guard getuid() == 0 else { try Test.cancel("raising a hard limit takes root") }
    guard mayRaise else { try Test.cancel("prlimit is not permitted: root lacks CAP_SYS_RESOURCE here") }
    let mount = try TestMount(configuration: "raise-memlock = 16M\n")
    let client = try mount.client(.ordinary)
    let controller = try client.controller()
    #expect(try limit(of: client) == [16, 16])
    let pages: UInt = 3072
    #expect(try client.create(controller, try client.memory(pages: pages), pages * 4096).code == RSM_SUCCESS)
  }
}
