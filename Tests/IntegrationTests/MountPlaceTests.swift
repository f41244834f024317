import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import SystemPackage
import Testing

/// Where rsmd mounts, and what it finds there.
@Suite struct MountPlaceTests {
  private let rsmd = Workbench.shared.program("rsmd")

  private func occupant(of path: String) throws -> MountOccupant {
    try MountOccupant(of: path, type: MountPoint.fileSystemType)
  }

  private func directory() throws -> String {
    try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "place")
  }

  private func isThere(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  @Test func anotherNameOfTheSameDirectoryIsRefusedToo() async throws {
    let mount = try TestMount()
    let agent = try mount.agent
    let link = mount.path + ".link"
    defer { unsafe unlink(link) }
    unsafe symlink(mount.path, link)
    for name in [mount.path, mount.path + "/", mount.path + "/.", link, link + "//"] {
      let second = try await Shell.run("timeout 5 \(rsmd) --mount \(name)")
      #expect(
        !second.isSuccess
          && second.errors
            == "rsmd: error: another rsmd (process \(mount.daemon.process.pid)) serves \(mount.path) already; end it first, or "
            + "give --mount another directory\n",
        "\(second.errors)")
    }
    #expect(try mount.agent == agent)
    #expect(mount.end() == .exited(0))
  }

  @Test func ofManyThatStartAtOnceOneServes() throws {
    let path = try directory()
    defer { unsafe rmdir(path) }
    let silence = try Descriptor(opening: "/dev/null", flags: O_RDWR)
    for _ in 0..<3 {
      let crowd = try (0..<6).map { _ in
        Daemon(
          try ChildProcess(
            [rsmd, "--mount", path, "--inspectors", "0"], descriptors: [silence.raw, silence.raw, silence.raw],
            isCompanion: true))
      }
      let deadline = ContinuousClock.now + .seconds(20)
      while try crowd.count(where: { try $0.status == nil }) > 1, ContinuousClock.now < deadline { usleep(5000) }
      let left = try crowd.filter { try $0.status == nil }
      #expect(left.count == 1)
      #expect(try MountTable().entries.count { $0.path == path } == 1)
      guard let winner = left.first, case .server(let mark) = try occupant(of: path) else {
        Issue.record("nobody serves")
        return
      }
      #expect(mark.pid == winner.child.process.pid)
      for daemon in left { daemon.child.process.terminate() }
      for daemon in left { #expect(try daemon.child.wait() == .exited(0)) }
      #expect(try occupant(of: path) == .nobody)
    }
  }

  /// One of several, polled.
  private final class Daemon {
    let child: ChildProcess
    private var known: ChildProcess.Status?

    init(_ child: consuming ChildProcess) {
      self.child = child
    }

    var status: ChildProcess.Status? {
      get throws {
        if known == nil { known = try child.poll() }
        return known
      }
    }
  }

  @Test func aDeadMountIsKnownAndReplaced() throws {
    let first = try TestMount()
    #expect(try occupant(of: first.path) == .server(#require(ProcessMark(text: mark(of: first.path)))))
    first.daemon.process.kill()
    #expect(first.waitForEnd() == .killed(signal: SIGKILL))
    #expect(try occupant(of: first.path) == .dead)

    let pair = try MessageSocket.Pair()
    let second = try ChildProcess(
      [rsmd, "--mount", first.path, "--remove-dir", "--ready-fd", "3"], descriptors: [0, 1, 2, pair.theirs.raw],
      isCompanion: true)
    let isReady = try pair.takeOurs().receive(limit: 1) != nil
    #expect(isReady)
    #expect(try MountTable().entries.count { $0.path == first.path } == 1)
    second.process.terminate()
    #expect(try second.wait() == .exited(0))
    #expect(try occupant(of: first.path) == .nobody)
    #expect(!isThere(first.path), "--remove-dir")
  }

  private func mark(of path: String) throws -> String {
    let source = try #require(try MountTable().top(at: path)).source
    return String(source.dropFirst(MountPoint.sourcePrefix.count))
  }

  @Test(.enabled(if: getuid() == 0, "only root mounts without fusermount3"))
  func aStuckMountIsNotTouched() async throws {
    let mount = try TestMount()
    let agent = try mount.agent
    kill(agent, SIGSTOP)
    defer { kill(agent, SIGCONT) }
    let second = try await Shell.run("timeout 5 \(rsmd) --mount \(mount.path); echo $?")
    #expect(second.output == "1\n", "\(second.errors)")
  }

  @Test func whoeverUnmountsEndsIt() throws {
    let mount = try TestMount()
    try Fusermount.detach(mount.path)
    #expect(mount.waitForEnd() == .exited(0))
    #expect(try occupant(of: mount.path) == .nobody)
  }

  @Test func whatOthersHaveMountedIsLeftAlone() async throws {
    guard getuid() == 0 else { try Test.cancel("a mount of another program takes root") }
    let path = try directory()
    let device = try Descriptor(opening: "/dev/fuse", flags: O_RDWR)
    let options = "fd=\(device.raw),rootmode=40000,user_id=0,group_id=0"
    _ = try checked { unsafe Glibc.mount("something", path, MountPoint.fileSystemType, 0, options) }
    let outcome = try await Shell.run("timeout 5 \(rsmd) --mount \(path)")
    #expect(!outcome.isSuccess && outcome.errors.contains("made by another program"), "\(outcome.errors)")
    #expect(try occupant(of: path) == .unknown)
    unsafe umount2(path, Int32(MNT_DETACH))
    unsafe rmdir(path)
  }

  @Test func directoriesThatRsmdMadeGo() async throws {
    let parent = try directory()
    let path = parent + "/made"
    let outcome = try await Shell.run(
      "\(rsmd) --mount \(path) --ready-fd 3 3>\(parent)/ready & until test -s \(parent)/ready; do sleep 0.05; done; kill $!; wait $!"
    )
    #expect(outcome.isSuccess && !isThere(path), "\(outcome.errors)")
    unsafe unlink(parent + "/ready")
    unsafe rmdir(parent)
    #expect(!isThere(parent))
  }

  @Test func aPrivateMountWhoseOwnerIsKilledLeavesNothing() async throws {
    let outcome = try await Shell.run(
      "\(Workbench.shared.program("rsmctl")) run -- sh -c 'echo $RSM_MOUNT; kill -KILL $PPID; exec sleep 0.1'")
    let path = try #require(outcome.output.split(separator: "\n").first.map(String.init))
    let deadline = ContinuousClock.now + .seconds(10)
    while isThere(path), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    #expect(!isThere(path))
    #expect(try occupant(of: path) == .nobody)
  }
}
