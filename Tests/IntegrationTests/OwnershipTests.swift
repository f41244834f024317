import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// A handle belongs to one process and one open file and goes with either.
  @Suite struct OwnershipTests {
    private let mount: TestMount

    init() throws {
      mount = try TestMount()
    }

    /// A raw client with handle 1 on an open file, and that file's descriptor.
    private func owner(flags: Int32 = O_RDWR) throws -> (client: Dialogue, ctl: Int) {
      let client = try mount.hostile()
      let ctl = try client.open(mount.controlPath, flags)
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      #expect(try client.request("create \(ctl) 0 1 0x10000 4096").value == 1)
      return (client, ctl)
    }

    private func isForeign(_ reply: Dialogue.Reply) -> Bool {
      reply.result == RSMERR_NOT_CREATOR && reply.reason == .notOwner
    }

    @Test func aForkedChildGetsNothingOnTheInheritedFile() throws {
      let (client, ctl) = try owner()
      #expect(isForeign(try client.request("fork create \(ctl) 1 1 0x10000 4096")))
      #expect(isForeign(try client.request("fork free \(ctl) 0 2 1")))
      #expect(isForeign(try client.request("fork hello \(ctl) 1")))
      #expect(isForeign(try client.request("fork create \(ctl) 0 1 0x10000 4096")), "a kept reply is the owner's too")
      #expect(try mount.handleIDs == [1])

      let parent = try client.ask("pid")
      #expect(try client.ask("orphan") != parent)
      #expect(try mount.waits(for: .handles, toBe: 0), "handles go with the owner, not with the open file")
      #expect(try mount.number(.openFiles) == 1 && mount.number(.processes) == 0)
      for command in ["create \(ctl) 1 1 0x10000 4096", "free \(ctl) 0 2 1", "hello \(ctl) 1"] {
        #expect(isForeign(try client.request(command)), "\(command)")
      }
      let own = try client.open(mount.controlPath)
      #expect(try client.request("hello \(own) 1").result == RSM_SUCCESS)
      #expect(try client.request("create \(own) 0 1 0x10000 4096").value == 2)
    }

    @Test func aForkedChildMayBeTheFirstToSayHello() throws {
      let client = try mount.hostile()
      let ctl = try client.open(mount.controlPath)
      #expect(try client.request("fork hello \(ctl) 1").result == RSM_SUCCESS)
      #expect(try mount.waits(for: .processes, toBe: 0))
      #expect(isForeign(try client.request("hello \(ctl) 1")))
    }

    @Test func handlesOfAnotherFileOrProcessAreOutOfReach() throws {
      let (client, ctl) = try owner()
      let second = try client.open(mount.controlPath)
      #expect(try client.request("hello \(second) 1").result == RSM_SUCCESS)
      #expect(try client.request("free \(second) 0 1 1").reason == .noSuchHandle)
      let (other, file) = (try mount.hostile(.anybodyElse), try mount.hostile(.anybody))
      for thief in [other, file] {
        let theirs = try thief.open(mount.controlPath)
        #expect(try thief.request("hello \(theirs) 1").result == RSM_SUCCESS)
        #expect(try thief.request("free \(theirs) 0 1 1").reason == .noSuchHandle)
        guard getuid() == 0 else { continue }
        #expect(try thief.open("\(mount.path)/handles/1", O_RDONLY) == -Int(EACCES), "it is another user's")
      }
      #expect(try mount.handleIDs == [1])
      #expect(try client.request("free \(ctl) 0 2 1").result == RSM_SUCCESS)
    }

    @Test func oneOpenFileDoesNotTakeTheOtherAlong() throws {
      let (client, ctl) = try owner()
      let second = try client.open(mount.controlPath)
      #expect(try client.request("hello \(second) 1").value == client.number("pid"))
      #expect(try client.request("create \(second) 0 1 0x20000 8192").value == 2)
      #expect(try mount.number(.processes) == 1 && mount.number(.openFiles) == 2)
      #expect(try client.ask("close \(ctl)") == "0")
      #expect(try mount.waits(for: .openFiles, toBe: 1))
      #expect(try mount.handleIDs == [2] && mount.number(.claimed) == 8192 && mount.number(.processes) == 1)
      #expect(try client.ask("close \(second)") == "0")
      #expect(try mount.waits(for: .processes, toBe: 0))
      #expect(try mount.handleIDs == [] && mount.number(.claimed) == 0)
    }

    @Test func execEndsTheHandlesOfACloseOnExecFile() throws {
      let (client, _) = try owner(flags: O_RDWR | O_CLOEXEC)
      #expect(try client.ask("exec") == "0")
      #expect(try mount.waits(for: .openFiles, toBe: 0))
      #expect(try mount.handleIDs == [] && mount.number(.processes) == 0)
      #expect(try client.ask("alive") == "alive")
    }

    @Test func whatAnInheritingImageKeepsIsNotCalledPinned() throws {
      let (client, _) = try owner()
      #expect(try client.ask("exec") == "0")
      #expect(try client.ask("alive") == "alive")
      #expect(try mount.handle(1)["State"] == "unpinned (0 of 1 pages)")
      client.process.process.kill()
      #expect(try mount.waits(for: .openFiles, toBe: 0))
      #expect(try mount.handleIDs == [])
    }

    @Test func deathInTheMiddleOfWorkLeavesNothing() throws {
      for delay: UInt32 in [0, 1000, 20_000, 100_000] {
        let client = try mount.client()
        let controller = try client.controller()
        let memory = try client.memory(pages: 64)
        _ = try client.create(controller, memory, 64 * 4096)
        try client.say("churn \(controller) \(memory) 64 8 100000000")
        usleep(delay)
        client.process.process.kill()
        _ = try client.process.wait()
        #expect(try mount.waits(for: .openFiles, toBe: 0))
        #expect(try mount.number(.handles) == 0 && mount.number(.claimed) == 0 && mount.number(.processes) == 0)
      }
    }

    /// clone3(2) with `set_tid` needs CAP_CHECKPOINT_RESTORE.
    @Test(.enabled(if: getuid() == 0, "only root can choose a process id"))
    func aProcessWithTheSameNumberInheritsNothing() throws {
      let client = try mount.hostile()
      let before = try mount.tally()
      let rounds = try client.ask("heirs \(mount.controlPath) 50").split(separator: " ").compactMap { Int($0) }
      #expect(rounds.first ?? 0 > 40, "too few processes got the number of the dead one")
      #expect(rounds.last == 0, "\(rounds) heirs were served")
      #expect(try mount.returns(to: before))
    }
  }
}
