import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// Clients that misuse the socket `grant`.
  @Suite struct HostileGrantTests {
    private let mount: TestMount
    private let client: SegmentClient

    init() throws {
      mount = try TestMount()
      client = try SegmentClient(mount, .anybody)
    }

    private func openFiles(of pid: Int32) throws -> Int {
      var count = 0
      #expect(Directory.forEachName(in: "/proc/\(pid)/fd") { _ in count += 1 } == nil)
      return count
    }

    /// Waits until the process has so many files open.
    private func returns(_ pid: Int32, toOpenFiles count: Int) throws -> Bool {
      let deadline = ContinuousClock.now + .seconds(10)
      while try openFiles(of: pid) != count {
        guard ContinuousClock.now < deadline else { return false }
        usleep(5000)
      }
      return true
    }

    @Test func wrongQuestionsAreRefused() throws {
      let export = try client.export()
      let stranger = try SegmentClient(mount, .anybody, saysHello: false)
      for what in 1...4 { #expect(try stranger.grant(what, what == 1 ? 0 : export.id).code == RSMERR_NOT_CREATOR) }
      for what in [0, 5, -1, 1 << 32 | 1] { #expect(try client.grant(what, 0).code == RSMERR_BAD_ARGS_ERRORS) }
      #expect(try client.grant(1, 1).code == RSMERR_BAD_ARGS_ERRORS)
      for id: UInt64 in [0, 99, .max] {
        #expect(try client.grant(2, id).code == RSMERR_BAD_SEG_HNDL)
        #expect(try client.grant(3, id).code == RSMERR_BAD_SEG_HNDL)
        #expect(try client.grant(4, id).code == RSMERR_BAD_SEG_HNDL)
      }
      #expect(try client.dialogue.ask("fork grant 2 \(export.id)") == "\(RSMERR_NOT_CREATOR) -1")
      #expect(try client.grant(4, export.id).code == RSMERR_BAD_SEG_HNDL, "nothing is reserved")
      #expect(try client.number("odd-sizes") == 0)
      #expect(try client.grant(2, export.id).code == RSM_SUCCESS)
    }

    @Test func generationsCanOnlyBeRead() throws {
      let page = try client.grant(1).descriptor
      #expect(try client.map(page, 4096) == -Int(EACCES))
      #expect(try client.number("write \(page) 0 1") == -Int(EBADF))
      let again = try client.number("reopen \(page) \(O_RDWR)")
      guard getuid() == 0 else { return }
      #expect(again == -Int(EACCES), "another user's")
      let root = try SegmentClient(mount)
      let writable = try root.number("reopen \(try root.grant(1).descriptor) \(O_RDWR)")
      #expect(try root.map(writable, 4096) == -Int(EPERM) && root.number("write \(writable) 0 1") == -Int(EPERM))
    }

    @Test func descriptorsThatComeAlongAreDropped() throws {
      let agent = try mount.agent
      let before = try openFiles(of: agent)
      let export = try client.export()
      for _ in 0..<50 {
        let granted = try client.grant(2, export.id, sending: export.memory)
        #expect(granted.code == RSM_SUCCESS)
        _ = try client.number("close \(granted.descriptor)")
      }
      #expect(try returns(agent, toOpenFiles: before + 1), "one for the memory of the export")
    }

    @Test func silentPeersGoAndKeepNobodyWaiting() throws {
      let agent = try mount.agent
      let before = try openFiles(of: agent)
      let crowd = try (0..<6).map { _ in try SegmentClient(mount, .anybodyElse) }
      for one in crowd { try one.dialogue.say("silent 100") }
      for _ in 0..<20 { #expect(try client.grant(1).code == RSM_SUCCESS) }
      for one in crowd { #expect(try one.dialogue.hear("silent") == "100") }
      for one in crowd { one.kill() }
      #expect(try mount.waits(for: .processes, toBe: 1))
      #expect(try returns(agent, toOpenFiles: before))
    }

    @Test func aStoppedAgentsQueueIsServedLater() throws {
      let agent = try mount.agent
      let crowd = try (0..<20).map { _ in try SegmentClient(mount, .anybody) }
      kill(agent, SIGSTOP)
      for one in crowd { try one.dialogue.say("grant 1 0 0") }
      kill(agent, SIGCONT)
      for one in crowd { #expect(try one.dialogue.hear("grant").hasPrefix("0 ")) }
    }
  }
}
