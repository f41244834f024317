import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  @Suite struct SegmentFuzzTests {
    private static let requests = 100_000

    @Test func killedAtAnyTimeNobodyLeavesAnything() throws {
      let mount = try TestMount()
      let before = try mount.tally()
      var random = SystemRandomNumberGenerator()
      for round in 0..<6 {
        let crowd = try (0..<6).map { index in
          try Dialogue(
            User.anybody.commandLine([
              Workbench.shared.program("segfuzz"), mount.path, String(10 * round + index), "1000000",
            ]), environment: [])
        }
        let goal = try mount.number(.requests) + 2000
        let deadline = ContinuousClock.now + .seconds(20)
        while try mount.number(.requests) < goal, ContinuousClock.now < deadline { usleep(1000) }
        for one in crowd.shuffled(using: &random) {
          usleep(UInt32.random(in: 0...3000, using: &random))
          one.process.process.kill()
        }
      }
      #expect(try mount.returns(to: before, seconds: 30))
      #expect(try mount.waits(for: .segments, toBe: 0) && mount.waits(for: .connections, toBe: 0))
      #expect(try mount.number(.segmentBytes) == 0 && mount.number(.published) == 0)
      #expect(mount.end() == .exited(0))
    }

    @Test(arguments: 1...2) func randomRequestsAboutSegmentsHarmNobody(seed: Int) throws {
      let mount = try TestMount()
      let bystander = try SegmentClient(mount, .anybodyElse)
      let export = try bystander.export()
      _ = try bystander.publish(export.id, 0x500000)
      let before = try mount.tally()

      let fuzz = try Dialogue(
        User.anybody.commandLine([
          Workbench.shared.program("segfuzz"), mount.path, String(TestSeed.seed(seed)), String(Self.requests),
        ]), environment: [])
      let numbers = try fuzz.hear("segfuzz").split(separator: " ").compactMap { Int($0) }
      try #require(numbers.count == 3)
      #expect(numbers[1] > Self.requests / 20 && numbers[2] > Self.requests / 10, "\(numbers)")
      #expect(try mount.agent == before.agent)
      #expect(try mount.number(.segments) > 1 && mount.number(.connections) > 0)
      var listed = 0
      #expect(Directory.forEachName(in: "\(mount.path)/segments") { listed += UInt32($0) == nil ? 0 : 1 } == nil)
      #expect(try mount.number(.published) == listed)

      fuzz.process.process.kill()
      #expect(try mount.returns(to: before))
      #expect(try mount.waits(for: .segments, toBe: 1) && mount.waits(for: .connections, toBe: 0))
      #expect(try mount.number(.segmentBytes) == 8192 && mount.number(.published) == 1)
      #expect(try bystander.connect(try bystander.open(0x500000)).length == 8192)
      #expect(mount.end() == .exited(0))
    }
  }
}
