import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// Clients that are stopped (SIGSTOP) with what they hold.
  @Suite struct StoppedClientTests {
    private func stop(_ client: Dialogue) throws {
      let pid = client.process.process.pid
      #expect(client.process.process.send(SIGSTOP) == nil)
      let deadline = ContinuousClock.now + .seconds(10)
      while try TextFile.read("/proc/\(pid)/status").contains("State:\tT") == false {
        try #require(ContinuousClock.now < deadline, "process \(pid) does not stop")
        usleep(1000)
      }
    }

    @Test func aStoppedClientHoldsUpNobodyAndKeepsItsHandles() throws {
      let mount = try TestMount()
      let bystander = try Bystander(on: mount, .anybodyElse)
      let before = try mount.tally()
      let client = try mount.client(.anybody)
      let controller = try client.controller()
      let memory = try client.memory(pages: 16)
      #expect(try client.create(controller, memory, 16 * 4096).code == RSM_SUCCESS)
      let handle = try #require(try mount.handleIDs.last)

      // Wherever it is in a request when the signal comes.
      try client.say("churn \(controller) \(memory) 16 2 20000")
      for _ in 0..<20 {
        try stop(client)
        #expect(try mount.handle(handle)["State"] == "pinned")
        _ = try bystander.goesOn(rounds: 1)
        #expect(client.process.process.send(SIGCONT) == nil)
      }
      #expect(try client.hear("churn") == "0")

      try stop(client)
      #expect(try mount.number(.handles) == before.handles + 1)
      client.process.process.kill()
      #expect(try mount.returns(to: before))
      #expect(mount.end() == .exited(0))
    }
  }
}
