import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import Testing

extension Hostility {
  /// Very many clients of one user, all busy, beside another user.
  @Suite(.enabled(if: getuid() == 0, "clients of several users take root")) struct FloodTests {
    private static let crowd = 240

    private func flood(_ mount: TestMount, reading handle: UInt64) throws -> Dialogue {
      let flood = try Dialogue(
        [Workbench.shared.program("flood"), mount.path, String(User.ordinary.uid), String(Self.crowd), String(handle)],
        environment: [])
      #expect(try flood.hear("the crowd", seconds: 30) == String(Self.crowd))
      return flood
    }

    @Test func requestsReadsAndOpensOfACrowdHoldUpNobody() throws {
      let mount = try TestMount(configuration: "max-files-per-user = 1000\n")
      let bystander = try Bystander(on: mount)
      let before = try mount.tally()
      let flood = try flood(mount, reading: bystander.handle + 1)
      #expect(try mount.number(.processes) == before.processes + Self.crowd)
      print("beside \(Self.crowd) busy clients of one user: \(try bystander.goesOn(rounds: 6))")
      #expect(mount.log.contains("the user has 1000 of at most 1000 open files"), "\(mount.log)")
      flood.process.process.kill()
      #expect(try mount.returns(to: before))
      #expect(mount.end() == .exited(0))
    }

    /// Each read of the file waits until the inspector is given up.
    @Test func readsOfAStuckProcessByACrowdHoldUpNobody() throws {
      let mount = try TestMount(configuration: "max-held-reads-per-user = 32\n")
      let bystander = try Bystander(on: mount)
      let before = try mount.tally()
      let replaced = try mount.number(.inspectorsReplaced)
      let directory = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "stuck")
      defer { unsafe _ = rmdir(directory) }
      let stuck = try Dialogue(
        [Workbench.shared.program("stuck"), mount.path, directory, String(User.ordinary.uid)], environment: [])
      let handle = try #require(UInt64(try stuck.hear("the handle", seconds: 5)))
      try stuck.say("exec")
      let flood = try flood(mount, reading: handle)
      print("beside \(Self.crowd) clients, many with held reads: \(try bystander.goesOn(rounds: 5))")
      #expect(try mount.number(.inspectorsReplaced) > replaced)
      #expect(mount.log.contains("the user has 32 of at most 32 waiting reads"), "\(mount.log)")
      flood.process.process.kill()
      stuck.process.process.kill()
      #expect(try mount.returns(to: before))
      #expect(try mount.waits(for: .heldReads, toBe: 0) && mount.waits(for: .inspectors, toBe: 3))
      _ = try bystander.goesOn(rounds: 1)
      #expect(mount.end() == .exited(0))
    }
  }
}
