import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  @Suite(.enabled(if: getuid() == 0, "only root makes PID namespaces")) struct NamespaceTests {
    private func processInside(_ launcher: Int32) throws -> String {
      let children = try TextFile.read("/proc/\(launcher)/task/\(launcher)/children")
      return try #require(children.split(separator: " ").first.map(String.init))
    }

    @Test func aClientInAChildNamespaceWorks() throws {
      let mount = try TestMount()
      let program = Workbench.shared.program("rsmclient")
      let client = try Dialogue(
        ["/usr/bin/unshare", "-p", "-f", "--mount-proc", program], environment: mount.environment)
      let controller = try client.controller()
      let memory = try client.memory(pages: 4)
      #expect(try client.ask("pid") == "1")
      let handle = try client.create(controller, memory, 4 * 4096)
      #expect(handle.code == RSM_SUCCESS)
      let file = try mount.handle(1)
      let pid = try #require(file["Pid"])
      #expect(pid == (try processInside(client.process.process.pid)), "the file names it as rsmd sees it")
      #expect(file["State"] == "pinned" && file["Method"] == "probe")
      #expect(try client.free(controller, handle.value) == RSM_SUCCESS)
      _ = try client.create(controller, memory, 4096)
      try PIDFD(process: try #require(Int32(pid))).kill()
      #expect(try mount.waits(for: .openFiles, toBe: 0))
      #expect(try mount.number(.handles) == 0 && mount.number(.processes) == 0)
    }

    @Test func aCallerThatRsmdCannotSeeIsRefusedWithTheReason() async throws {
      let mount = try TestMount(launcher: [Workbench.shared.program("pidns")])
      let client = try mount.hostile()
      let ctl = try client.open(mount.controlPath)
      let reply = try client.request("hello \(ctl) 1")
      #expect(reply.result == RSMERR_PERM_DENIED && reply.reason == .invisibleCaller)
      #expect(try client.request("create \(ctl) 0 1 0x10000 4096").reason == .noHello)
      #expect(try mount.number(.processes) == 0)
      #expect(mount.log.contains("PID namespace"), "\(mount.log)")

      let outcome = try await Shell.run(
        "echo 'get loopback' | RSM_LOG=environment \(Workbench.shared.program("rsmclient"))",
        environment: [MountPoint.variable: mount.path])
      #expect(outcome.output.hasPrefix("\(RSMERR_CTLR_NOT_PRESENT) "))
      #expect(outcome.errors.contains("PID namespace"), "\(outcome.errors)")
      #expect(mount.end() == .exited(0))
    }

    /// /proc of the outer namespace gives other processes the numbers that rsmd and its clients have inside.
    @Test func whereProcNamesOtherProcessesNothingIsCalledPinned() throws {
      let mount = try TestMount(launcher: [Workbench.shared.program("pidns")])
      let keeper = try processInside(mount.daemon.process.pid)
      let client = try Dialogue(
        ["/usr/bin/nsenter", "-t", keeper, "-p", Workbench.shared.program("rsmclient")], environment: mount.environment)
      let controller = try client.controller()
      let memory = try client.memory(pages: 4)
      #expect(try client.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
      let state = try #require(try mount.handle(1)["State"])
      #expect(state.hasPrefix("unknown ("), "\(state)")
      #expect(state.contains("/proc"), "\(state)")
    }
  }
}
