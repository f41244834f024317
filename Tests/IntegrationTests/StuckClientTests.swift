import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import Testing

extension Hostility {
  /// Clients that keep the kernel from answering questions about their memory.
  @Suite(.enabled(if: getuid() == 0, "only root mounts a filesystem that does not answer")) struct StuckClientTests {
    private let mount: TestMount
    /// Another user's process and another process of the stuck user, each with a pinned handle.
    private let stranger: Dialogue
    private let sibling: Dialogue
    private let strangersHandle: UInt64 = 1
    private let siblingsHandle: UInt64 = 2
    private let controller: UInt
    private let memory: UInt

    init() throws {
      mount = try TestMount()
      stranger = try mount.client(.other)
      sibling = try mount.client(.ordinary)
      controller = try stranger.controller()
      memory = try stranger.memory(pages: 4)
      _ = try stranger.create(controller, memory, 4 * 4096)
      _ = try sibling.create(try sibling.controller(), try sibling.memory(pages: 4), 4 * 4096)
      #expect(try state(of: strangersHandle).text == "pinned" && state(of: siblingsHandle).text == "pinned")
    }

    private func state(of handle: UInt64) throws -> (text: String, time: Duration) {
      let start = ContinuousClock.now
      let text = try mount.handle(handle)["State"] ?? ""
      return (text, start.duration(to: .now))
    }

    /// The longest times that others saw an answer or a request of theirs take.
    private struct Worst: CustomStringConvertible {
      var stranger = Duration.zero
      var sibling = Duration.zero
      var request = Duration.zero

      var description: String { "other users \(stranger), same user \(sibling), create and free \(request)" }
      var isBounded: Bool { max(stranger, sibling, request) < .seconds(5) }
    }

    /// Reads the files of others and lets them work.
    private func othersWork(for duration: Duration = .zero, _ worst: inout Worst) throws {
      let deadline = ContinuousClock.now + duration
      repeat {
        let strangers = try state(of: strangersHandle)
        let siblings = try state(of: siblingsHandle)
        #expect(strangers.text == "pinned" && siblings.text == "pinned")
        let start = ContinuousClock.now
        let handle = try stranger.create(controller, memory, 8192)
        #expect(handle.code == RSM_SUCCESS)
        #expect(try stranger.free(controller, handle.value) == RSM_SUCCESS)
        worst.request = max(worst.request, start.duration(to: .now))
        worst.stranger = max(worst.stranger, strangers.time)
        worst.sibling = max(worst.sibling, siblings.time)
      } while ContinuousClock.now < deadline
    }

    /// Somebody who reads the files of these handles without a pause, and so keeps inspectors busy with them.
    private func reader(of handles: [UInt64]) throws -> [Dialogue] {
      try handles.map { handle in
        let loop = "while :; do read -r line < \(mount.path)/handles/\(handle); done 2>/dev/null"
        return try Dialogue(["/bin/sh", "-c", loop], environment: [])
      }
    }

    /// As many users as there are inspectors and one more.
    @Test func clientsStuckInExecAreUnknownAndNobodyElseIs() throws {
      let users = [User.ordinary.uid, 54331, 54332, 54333]
      let directories = try users.map { _ in
        try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "stuck")
      }
      defer { for directory in directories { unsafe _ = rmdir(directory) } }
      let clients = try zip(users, directories).map { user, directory in
        try Dialogue([Workbench.shared.program("stuck"), mount.path, directory, String(user)], environment: [])
      }
      let handles = try clients.map { try #require(UInt64(try $0.hear("the handle", seconds: 5))) }
      for handle in handles { #expect(try state(of: handle).text == "pinned") }
      let replaced = try mount.number(.inspectorsReplaced)
      for client in clients { try client.say("exec") }
      usleep(100_000)

      let first = try state(of: handles[0])
      #expect(first.text.hasPrefix("unknown ("), "\(first.text)")
      #expect(first.time > .milliseconds(300) && first.time < .seconds(5), "\(first.time)")
      let second = try state(of: handles[0])
      #expect(second.text.hasPrefix("unknown (") && second.time < .milliseconds(300), "\(second.time)")
      let owner = try mount.process(try #require(try mount.handle(handles[0])["Pid"]))
      #expect(owner["State"]?.wholeMatch(of: /slow \(not inspected for [12] s\)/) != nil, "\(owner.text)")
      #expect(try mount.number(.inspectorsReplaced) > replaced)
      #expect(try mount.waits(for: .inspectors, toBe: 3))

      var worst = Worst()
      let readers = try reader(of: handles)
      try othersWork(for: .seconds(3), &worst)
      for reader in readers { reader.process.process.kill() }
      print("beside clients stuck in exec: \(worst)")
      #expect(worst.isBounded)
      for handle in handles { #expect(try state(of: handle).text.hasPrefix("unknown ("), "stuck to the end") }
      #expect(try mount.number(.inspectorsReplaced) >= replaced + 4)

      for client in clients { client.process.process.kill() }
      #expect(try mount.waits(for: .handles, toBe: 2))
      #expect(try mount.waits(for: .inspectors, toBe: 3))
      try othersWork(&worst)
    }

    @Test func rsmdEndsInOrderWhileAnInspectorIsStuck() throws {
      let directory = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "stuck")
      defer { unsafe _ = rmdir(directory) }
      let client = try Dialogue(
        [Workbench.shared.program("stuck"), mount.path, directory, String(User.ordinary.uid)], environment: [])
      let handle = try #require(UInt64(try client.hear("the handle", seconds: 5)))
      try client.say("exec")
      usleep(100_000)
      let reader = try Dialogue(
        ["/bin/sh", "-c", "cat \(mount.path)/handles/\(handle) 2>&1 || echo failed"], environment: [])
      usleep(100_000)
      let start = ContinuousClock.now
      #expect(mount.end() == .exited(0))
      #expect(start.duration(to: .now) < .seconds(5))
      #expect(try reader.hear("the file", seconds: 5).contains("\(mount.path)/handles/\(handle): "), "an error of cat")
      client.process.process.kill()
    }

    @Test func aClientThatHammersItsOwnMemoryLockHarmsNobody() throws {
      let hammer = try Dialogue(
        [Workbench.shared.program("hammer"), mount.path, String(1 << 30), String(User.ordinary.uid)], environment: [])
      let handle = try #require(UInt64(try hammer.hear("the handle", seconds: 10)))
      let own = try state(of: handle)
      #expect(own.text == "pinned" || own.text.hasPrefix("unknown ("), "\(own.text)")
      #expect(own.time < .seconds(5), "\(own.time)")
      var worst = Worst()
      let readers = try reader(of: [handle])
      try othersWork(for: .seconds(3), &worst)
      for reader in readers { reader.process.process.kill() }
      print("beside a hammered lock: \(worst)")
      #expect(worst.isBounded)
      hammer.process.process.kill()
      #expect(try mount.waits(for: .handles, toBe: 2))
      #expect(try mount.waits(for: .inspectors, toBe: 3))
      try othersWork(&worst)
    }
  }
}
