import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import SystemPackage
import Testing

extension Hostility {
  @Suite struct KillStormTests {
    /// Kilobytes.
    private func residentMemory(of process: Int32) throws -> Int {
      let words = TextFields(parsing: try TextFile.read("/proc/\(process)/status"))["VmRSS"]?.split(separator: " ")
      return words?.first.flatMap { Int($0) } ?? 0
    }

    /// Kilobytes locked in the whole system.
    private func lockedMemory() throws -> Int {
      let words = TextFields(parsing: try TextFile.read("/proc/meminfo"))["Mlocked"]?.split(separator: " ")
      return words?.first.flatMap { Int($0) } ?? 0
    }

    private func descriptors(of agent: Int32) throws -> Int {
      guard let stream = unsafe opendir("/proc/\(agent)/fd") else { throw Errno.current }
      defer { unsafe closedir(stream) }
      var count = 0
      while unsafe readdir(stream) != nil { count += 1 }
      return count
    }

    @Test func hundredsOfKilledClientsLeaveNothing() throws {
      let mount = try TestMount()
      let before = try mount.tally()
      let agent = try mount.agent
      let locked = try lockedMemory()
      let openBefore = try descriptors(of: agent)
      var memory: [Int] = []
      for seed in 1...3 {
        let storm = try Dialogue(
          [Workbench.shared.program("storm"), "200", "40", "2048", String(TestSeed.seed(seed))],
          environment: mount.environment)
        let killed = Int(try storm.hear("storm", seconds: 60)) ?? 0
        #expect(killed == 200, "every client was at work when it was killed")
        #expect(try mount.returns(to: before))
        #expect(try descriptors(of: agent) == openBefore)
        memory.append(try residentMemory(of: agent))
      }
      #expect(memory[2] < memory[0] + 8 << 10, "kilobytes after each storm: \(memory)")
      let deadline = ContinuousClock.now + .seconds(5)
      while try lockedMemory() > locked + 256 << 10, ContinuousClock.now < deadline { usleep(10_000) }
      #expect(try lockedMemory() <= locked + 256 << 10, "kilobytes locked before: \(locked)")
      #expect(mount.end() == .exited(0))
    }
  }
}
