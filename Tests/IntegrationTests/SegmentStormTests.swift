import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  @Suite struct SegmentStormTests {
    /// Killed, failed, done.
    private func outcome(_ storm: Dialogue) throws -> [Int] {
      try storm.hear("segstorm", seconds: 120).split(separator: " ").compactMap { Int($0) }
    }

    private func storm(_ mount: TestMount, _ arguments: String...) throws -> Dialogue {
      try Dialogue([Workbench.shared.program("segstorm")] + arguments, environment: mount.environment)
    }

    private func expectNothingLeft(_ mount: TestMount, _ agent: Int32) throws {
      for key: StatusKey in [.connections, .segments, .published, .handles, .processes, .openFiles, .segmentBytes] {
        #expect(try mount.waits(for: key, toBe: 0, seconds: 30), "\(key.rawValue)")
      }
      #expect(try mount.agent == agent)
    }

    @Test func killedExportersAndImportersLeaveNothing() throws {
      let mount = try TestMount()
      let agent = try mount.agent
      for seed in 1...2 {
        #expect(try outcome(storm(mount, "kill", "60", "10", String(TestSeed.seed(seed)))) == [60, 0, 0])
        try expectNothingLeft(mount, agent)
      }
      #expect(mount.end() == .exited(0))
    }

    @Test func manyThreadsPublishAndConnect() throws {
      let mount = try TestMount()
      let agent = try mount.agent
      do {
        let threads = try storm(mount, "threads", "8", "3")
        let outcome = try outcome(threads)
        #expect(outcome.count == 3 && outcome[1] == 0 && outcome[2] > 100, "\(outcome)")
        #expect(try mount.number(.connections) == 0 && mount.number(.segments) == 0, "all were given back")
      }
      try expectNothingLeft(mount, agent)
    }
  }
}
