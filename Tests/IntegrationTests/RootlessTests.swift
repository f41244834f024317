import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import SystemPackage
import Testing

/// rsmd of an ordinary user, mounted by fusermount3. Without root every other test runs in this mode too.
@Suite(.enabled(if: getuid() == 0, "without root every test runs in this mode")) struct RootlessTests {
  /// A mount of an ordinary user in a mount namespace where /dev/fuse is open to all, as udev leaves it.
  private final class RootlessMount {
    let path: String
    private let daemon: ChildProcess
    private let user = User.nobody

    init() throws {
      path = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "rootless")
      unsafe chown(path, user.uid, user.uid)
      let pair = try MessageSocket.Pair()
      let rsmd = "\(Workbench.shared.program("rsmd")) --mount \(path) --ready-fd 3"
      let script = """
        mknod \(path).fuse c 10 229 && chmod 666 \(path).fuse && mount --bind \(path).fuse /dev/fuse &&
        exec \(user.commandLine([rsmd]).joined(separator: " "))
        """
      daemon = try ChildProcess(
        ["/usr/bin/unshare", "--mount", "--propagation=private", "/bin/sh", "-c", script],
        descriptors: [0, 1, 2, pair.theirs.raw])
      let ready = pair.takeOurs()
      guard try ready.receive(limit: 1) != nil else { throw Errno.brokenPipe }
    }

    /// The command line that runs a program where the mount is visible.
    func inside(_ program: [String], as user: User? = nil) -> [String] {
      ["/usr/bin/nsenter", "--target=\(daemon.process.pid)", "--mount"] + (user ?? self.user).commandLine(program)
    }

    func client() throws -> Dialogue {
      try Dialogue(
        inside([Workbench.shared.program("rsmclient")]), environment: ["\(MountPoint.variable)=\(path)", "RSM_LOG=off"])
    }

    func segmentClient() throws -> SegmentClient {
      try SegmentClient(
        Dialogue(inside([Workbench.shared.program("segments")]), environment: ["\(MountPoint.variable)=\(path)"]))
    }

    func cat(_ file: String, as user: User? = nil) async throws -> TextFields {
      let command = inside(["/bin/cat", "\(path)/\(file)"], as: user).joined(separator: " ")
      return TextFields(parsing: try await Shell.run(command).output)
    }

    func end() throws -> ChildProcess.Status {
      daemon.process.terminate()
      return try daemon.wait()
    }
  }

  @Test func anOrdinaryUserPinsAndInspects() async throws {
    guard unsafe access("/usr/bin/fusermount3", X_OK) == 0 else { try Test.cancel("fusermount3 is missing") }
    let mount = try RootlessMount()
    let status = try await mount.cat("status")
    #expect(status["Mode"] == "rootless")
    #expect(status["Missing"]?.contains("madvise-cold-remote") == true)
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 8)
    let handle = try client.create(controller, memory, 4 * 4096).value
    let file = try await mount.cat("handles/1")
    #expect(file["State"] == "pinned" && file["Method"] == "smaps" && file["Locked"] == "16384")
    _ = try client.ask("munlock \(memory) 4096")
    try await Task.sleep(for: .seconds(1.5))
    #expect(try await mount.cat("handles/1")["State"] == "unpinned (3 of 4 pages)")
    _ = try client.create(controller, memory, 4096)
    #expect(try await mount.cat("handles/2")["State"] == "pinned")
    #expect(try client.free(controller, handle) == RSM_SUCCESS)
    // Nobody else may look, root included.
    #expect(try await mount.cat("status", as: .current).fields.isEmpty)
    #expect(try mount.end() == .exited(0))
  }

  @Test func anOrdinaryUserSharesWithItself() async throws {
    guard unsafe access("/usr/bin/fusermount3", X_OK) == 0 else { try Test.cancel("fusermount3 is missing") }
    let mount = try RootlessMount()
    let exporter = try mount.segmentClient()
    let importer = try mount.segmentClient()
    let export = try exporter.export()
    let ours = try exporter.map(export.memory)
    _ = try exporter.publish(export.id, 0x400000, mode: 0o400)
    #expect(try importer.open(0x400000) == -Int(EACCES))
    let file = try importer.open(0x400000, O_RDONLY)
    let connection = try importer.connect(file)
    #expect(connection.rights == 0o400 && !connection.isPassthrough)
    #expect(try importer.map(file, 8192, PROT_READ) == -Int(ENODEV))
    let theirs = try importer.map(try importer.grant(3, connection.id).descriptor, 8192, PROT_READ)
    try exporter.poke(ours, 23)
    #expect(try importer.peek(theirs) == 23)
    #expect(try importer.dialogue.ask("read \(file) 0") == "0 23")
    #expect(try await mount.cat("segments/4194304/info")["Granted"] == "yes")
    #expect(try exporter.unpublish(export.id))
    #expect(try importer.generation(connection.slot) == Int(connection.generation) + 1)
    #expect(try importer.dialogue.ask("read \(file) 0") == "-\(ENOENT) 0")
    #expect(try mount.end() == .exited(0))
  }

  @Test func anOrdinaryUserMountsReplacesADeadMountAndUnmounts() async throws {
    guard unsafe access("/usr/bin/fusermount3", X_OK) == 0 else { try Test.cancel("fusermount3 is missing") }
    let parent = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "rootless")
    unsafe chown(parent, User.nobody.uid, User.nobody.uid)
    defer { _ = try? ChildProcess(["/bin/rm", "-rf", "--one-file-system", parent]).wait() }
    let rsmctl = Workbench.shared.program("rsmctl")
    let commands = """
      \(rsmctl) mount; \(rsmctl) status >status; grep Mode status
      kill -KILL $(sed -n "s/^Keeper:.//p" status); sleep 0.2; \(rsmctl) doctor | grep -A1 "^[a-z]* *mount "
      \(rsmctl) mount; \(rsmctl) mount; \(rsmctl) unmount; echo $?; grep -c \(parent) /proc/mounts
      \(rsmctl) mount; kill -KILL $(\(rsmctl) status | sed -n "s/^Keeper:.//p"); sleep 0.2; \(rsmctl) unmount; echo $?
      ls; grep -c \(parent) /proc/mounts
      """
    let user = User.nobody.commandLine(["/bin/sh", "-c", "'cd \(parent) && \(commands)'"]).joined(separator: " ")
    let script = """
      mknod \(parent).fuse c 10 229 && chmod 666 \(parent).fuse && mount --bind \(parent).fuse /dev/fuse && rm -f \(parent).fuse
      \(user.replacing("\n", with: "; "))
      """
    let file = parent + "/script"
    let descriptor = Descriptor(owning: try checked { unsafe creat(file, 0o644) })
    let bytes = Array(script.utf8)
    _ = unsafe write(descriptor.raw, bytes, bytes.count)
    let outcome = try await Shell.run(
      "timeout 60 unshare --mount --propagation=private sh \(file)",
      environment: [MountPoint.variable: "", "XDG_RUNTIME_DIR": parent])
    let path = parent + "/rsm"
    #expect(
      outcome.output == """
        \(path)
        Mode:\trootless
        fail  mount                  what is mounted on \(path) is dead: its rsmd was killed
              programs get RSMERR_CTLR_NOT_PRESENT; to mend it: rsmctl mount \(path)
        \(path)
        0
        0
        \(path)
        0
        rsm.log
        script
        status
        0

        """, "\(outcome.errors)")
    #expect(outcome.errors.contains("serves \(path) already"), "\(outcome.errors)")
  }
}
