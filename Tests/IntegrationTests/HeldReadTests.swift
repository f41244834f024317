import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// Reads of handle files while there is no inspector to answer them.
  @Suite(.enabled(if: getuid() == 0, "clients of several users take root")) struct HeldReadTests {
    private let mount: TestMount
    private let keeper: Int32

    init() throws {
      mount = try TestMount(["--inspectors", "1"], configuration: "max-held-reads-per-user = 2\n")
      keeper = Int32(try mount.number(.keeper))
    }

    /// Kills the inspector and keeps the keeper from starting another one.
    private func takeInspectorAway() throws {
      #expect(try mount.waits(for: .inspectors, toBe: 1))
      #expect(kill(keeper, SIGSTOP) == 0)
      for child in try TextFile.read("/proc/\(keeper)/task/\(keeper)/children").split(separator: " ") {
        guard try TextFile.read("/proc/\(child)/comm") == "rsmd-inspector\n", let pid = Int32(child) else { continue }
        try PIDFD(process: pid).kill()
      }
      #expect(try mount.waits(for: .inspectors, toBe: 0))
    }

    /// A program that reads a file of a handle and prints its state.
    private func reader(of handle: UInt64, _ user: User) throws -> Dialogue {
      let script = "sed -n 's/^State:.//p' \(mount.path)/handles/\(handle)"
      return try Dialogue(user.commandLine(["/bin/sh", "-c", script]), environment: [])
    }

    @Test func aUserWithManyReadsHindersNobody() throws {
      let clients = try [User.ordinary, .other].map { user in
        let client = try mount.client(user)
        #expect(try client.create(try client.controller(), try client.memory(pages: 1), 4096).code == RSM_SUCCESS)
        return client
      }
      try takeInspectorAway()
      defer { kill(keeper, SIGCONT) }
      let held = try (0..<2).map { _ in try reader(of: 1, .ordinary) }
      #expect(try mount.waits(for: .heldReads, toBe: 2))
      let refused = try reader(of: 1, .ordinary).hear("the state", seconds: 2)
      #expect(refused.contains("max-held-reads-per-user"), "\(refused)")
      #expect(mount.log.contains("refused an inspection to uid 54321"), "\(mount.log)")
      #expect(mount.log.contains("the user has 2 of at most 2 waiting reads; raise max-held-reads-per-user"))

      // Another user's read waits for an answer like the first ones, and so do those of root, however many.
      let others = try [reader(of: 2, .other)] + (0..<3).map { _ in try reader(of: 1, .current) }
      #expect(try mount.waits(for: .heldReads, toBe: 6))
      held[0].process.process.kill()
      #expect(kill(keeper, SIGCONT) == 0)
      for reader in [held[1]] + others { #expect(try reader.hear("the state", seconds: 10) == "pinned") }
      #expect(try mount.waits(for: .heldReads, toBe: 0) && mount.waits(for: .inspectors, toBe: 1))
      #expect(try mount.handle(1)["State"] == "pinned")
      for client in clients { client.process.process.kill() }
      #expect(try mount.waits(for: .processes, toBe: 0))
    }
  }
}
