import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// The parts of rsmd are killed or told to end.
  @Suite struct PartDeathTests {
    /// A client with a pinned handle 1.
    private func client(of mount: TestMount) throws -> (client: Dialogue, controller: UInt, memory: UInt) {
      let client = try mount.client()
      let controller = try client.controller()
      let memory = try client.memory(pages: 4)
      #expect(try client.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
      return (client, controller, memory)
    }

    /// The three inspectors, once they are all there and none of them is one of `old`.
    private func inspectors(of mount: TestMount, besides old: [Int32] = []) throws -> [Int32] {
      let keeper = try mount.number(.keeper)
      let deadline = ContinuousClock.now + .seconds(5)
      while true {
        let children = try TextFile.read("/proc/\(keeper)/task/\(keeper)/children").split(separator: " ")
        let inspectors = children.compactMap { Int32($0) }.filter {
          (try? TextFile.read("/proc/\($0)/comm")) == "rsmd-inspector\n"
        }
        if inspectors.count == 3, Set(inspectors).isDisjoint(with: old) { return inspectors }
        try #require(ContinuousClock.now < deadline, "the inspectors are not there")
        usleep(2000)
      }
    }

    private func isMounted(_ path: String) throws -> Bool {
      try TextFile.read("/proc/self/mounts").contains(" \(path) ")
    }

    @Test func aKilledInspectorIsReplacedAndNobodyNotices() throws {
      let mount = try TestMount()
      let (client, controller, memory) = try client(of: mount)
      var inspectors = try inspectors(of: mount)
      for _ in 0..<5 {
        for inspector in inspectors { try PIDFD(process: inspector).kill() }
        #expect(try mount.handle(1)["State"] != nil)
        let handle = try client.create(controller, memory, 4096)
        #expect(try handle.code == RSM_SUCCESS && client.free(controller, handle.value) == RSM_SUCCESS)
        inspectors = try self.inspectors(of: mount, besides: inspectors)
        #expect(try mount.waits(for: .inspectors, toBe: 3))
        #expect(try mount.handle(1)["State"] == "pinned")
      }
      #expect(mount.end() == .exited(0))
    }

    @Test func whereNoInspectorIsLeftAnswersAreUnknownAndDoNotWait() throws {
      let mount = try TestMount()
      let (client, controller, memory) = try client(of: mount)
      let keeper = Int32(try mount.number(.keeper))
      let inspectors = try inspectors(of: mount)
      kill(keeper, SIGSTOP)
      for inspector in inspectors { try PIDFD(process: inspector).kill() }
      #expect(try mount.waits(for: .inspectors, toBe: 0))
      let reader = try Dialogue(["/bin/grep", "State", "\(mount.path)/handles/1"], environment: [])
      let answer = try? reader.hear("State", seconds: 8)
      kill(keeper, SIGCONT)
      #expect(answer?.contains("unknown (no inspector was free") == true, "\(answer ?? "no answer")")
      #expect(try client.create(controller, memory, 4096).code == RSM_SUCCESS)
      #expect(try mount.waits(for: .inspectors, toBe: 3))
      #expect(try mount.handle(1)["State"] == "pinned")
    }

    @Test func aKilledAgentEndsRsmdAndClientsGetErrors() throws {
      let mount = try TestMount()
      let (client, controller, memory) = try client(of: mount)
      let busy = try self.client(of: mount)
      try busy.client.say("churn \(busy.controller) \(busy.memory) 4 4 5000")
      let raw = try mount.hostile()
      let ctl = try raw.open(mount.controlPath)
      try PIDFD(process: try mount.agent).kill()
      #expect(mount.waitForEnd() == .exited(70))
      #expect(mount.log.contains("the agent died"), "\(mount.log)")
      #expect(try !isMounted(mount.path))

      #expect(try client.create(controller, memory, 4096).code == RSMERR_INSUFFICIENT_RESOURCES)
      #expect(try client.create(controller, memory, 4096).code == RSMERR_INSUFFICIENT_RESOURCES)
      #expect(try client.lockedPages(memory, pages: 4) == 4, "its own memory stays as it was")
      #expect(try (Int(busy.client.hear("churn")) ?? 0) > 0, "calls in flight fail, they neither hang nor crash")
      #expect(try raw.request("hello \(ctl) 1").result == -ENOTCONN)
    }

    @Test func handlesOfADeadRsmdCanBeFreed() throws {
      let mount = try TestMount()
      let client = try mount.client()
      let controller = try client.controller()
      let memory = try client.memory(pages: 4)
      let handle = try client.create(controller, memory, 4 * 4096)
      try PIDFD(process: try mount.agent).kill()
      #expect(mount.waitForEnd() == .exited(70))
      #expect(try client.free(controller, handle.value) == RSM_SUCCESS)
      #expect(try client.lockedPages(memory, pages: 4) == 0)
      #expect(try client.ask("release \(controller)") == "0")
      #expect(try client.rsm("get loopback").code == RSMERR_CTLR_NOT_PRESENT)
    }

    @Test func theOtherPartsDieWithAKilledKeeper() throws {
      let mount = try TestMount()
      let (client, controller, memory) = try client(of: mount)
      let parts = try [mount.agent] + inspectors(of: mount)
      let watches = try parts.map { part in try Watch(part) }
      mount.daemon.process.kill()
      #expect(mount.waitForEnd() == .killed(signal: SIGKILL))
      for watch in watches { #expect(watch.ends(within: .seconds(5))) }
      #expect(try client.create(controller, memory, 4096).code == RSMERR_INSUFFICIENT_RESOURCES)
      #expect(try isMounted(mount.path), "nobody is left to unmount it")

      let next = try ChildProcess([Workbench.shared.program("rsmd"), "--mount", mount.path], isCompanion: true)
      let deadline = ContinuousClock.now + .seconds(10)
      while (try? mount.number(.handles)) == nil, ContinuousClock.now < deadline { usleep(5000) }
      #expect(try mount.number(.handles) == 0)
      #expect(try client.create(controller, memory, 4096).code == RSM_SUCCESS, "the library finds the next rsmd")
      next.process.terminate()
      #expect(try next.wait() == .exited(0))
      #expect(try !isMounted(mount.path), "the dead mount is replaced, not covered")
      unsafe umount2(mount.path, Int32(MNT_DETACH))
    }

    @Test func aSecondRsmdDoesNotCoverTheFirst() async throws {
      let mount = try TestMount()
      let agent = try mount.agent
      let second = try await Shell.run("timeout 5 \(Workbench.shared.program("rsmd")) --mount \(mount.path)")
      #expect(!second.isSuccess && second.errors.contains("serves \(mount.path) already"), "\(second.errors)")
      #expect(try mount.agent == agent)
      #expect(mount.end() == .exited(0))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aSignalUnmountsInOrder(_ signal: Int32) async throws {
      let mount = try TestMount()
      let (client, controller, memory) = try client(of: mount)
      let lingering = try Dialogue(
        ["/bin/sh", "-c", "cd \(mount.path)/handles && echo there && read -r line && ls && echo never || echo gone"],
        environment: [])
      #expect(try lingering.hear("cd") == "there")
      let parts = try [mount.agent] + inspectors(of: mount)
      let watches = try parts.map { part in try Watch(part) }
      kill(mount.daemon.process.pid, signal)
      #expect(mount.waitForEnd() == .exited(0))
      for watch in watches { #expect(watch.ends(within: .seconds(5))) }
      #expect(try !isMounted(mount.path))
      try lingering.say("go on")
      #expect(try lingering.hear("ls") == "gone")
      #expect(try client.create(controller, memory, 4096).code == RSMERR_INSUFFICIENT_RESOURCES)
      #expect(try client.lockedPages(memory, pages: 4) == 4)
    }
  }

  /// Notices the end of a process that is not our child.
  private final class Watch {
    private let process: PIDFD

    init(_ pid: Int32) throws {
      process = try PIDFD(process: pid)
    }

    func ends(within limit: Duration) -> Bool {
      var event = pollfd(fd: process.pollable, events: Int16(POLLIN), revents: 0)
      return unsafe poll(&event, 1, Int32(limit.components.seconds) * 1000) == 1
    }
  }
}
