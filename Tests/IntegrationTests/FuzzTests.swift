import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  @Suite struct FuzzTests {
    /// How many requests, if not a million.
    private static let variable = "RSM_FUZZ_REQUESTS"

    private func requests() throws -> Int {
      guard let text = unsafe getenv(Self.variable).map({ unsafe String(cString: $0) }) else { return 1_000_000 }
      let number = Int(text) ?? 0
      return try #require(number >= 1000 ? number : nil, "\(Self.variable) is a number from 1000 on, not \"\(text)\"")
    }

    @Test func randomRequestsHarmNobody() throws {
      let requests = try requests()
      let mount = try TestMount()
      let bystander = try mount.client(.anybodyElse)
      let controller = try bystander.controller()
      let memory = try bystander.memory(pages: 16)
      #expect(try bystander.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
      let before = try mount.tally()

      try bystander.say("churn \(controller) \(memory) 16 2 20000")
      let program = Workbench.shared.program("fuzz")
      let fuzz = try Dialogue(
        User.anybody.commandLine([program, mount.path, String(TestSeed.seed(1)), String(requests)]), environment: [])
      let numbers = try fuzz.hear("fuzz", seconds: max(100, requests / 10_000)).split(separator: " ").compactMap {
        Int($0)
      }
      try #require(numbers.count == 5)
      print("random requests: \(numbers[0]) sent, \(numbers[1]) granted, \(numbers[2]) refused")
      #expect(numbers[0] == requests)
      #expect(numbers[1] > requests / 3 && numbers[2] > requests / 10, "\(numbers)")
      #expect(numbers[3] == 0, "rsmd broke its word \(numbers[3]) times; the fuzzer says how on standard error")
      #expect(try bystander.hear("churn") == "0")
      #expect(try mount.agent == before.agent)
      #expect(try mount.number(.handles) == before.handles + numbers[4])
      #expect(try mount.handle(1)["State"] == "pinned")

      fuzz.process.process.kill()
      #expect(try mount.returns(to: before))
      #expect(try mount.handle(1)["State"] == "pinned")
      #expect(mount.end() == .exited(0))
    }
  }
}
