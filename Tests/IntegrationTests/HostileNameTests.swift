import Glibc
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// Names, positions and calls that the file system must survive.
  @Suite struct HostileNameTests {
    @Test func unlikelyNamesAreNoFiles() throws {
      let mount = try TestMount()
      let agent = try mount.agent
      let client = try mount.hostile(.anybody)
      var names: [String] = ["0", "1", "01", "+1", "-1", "1 ", "", "ctl", "18446744073709551616", "\u{0661}"]
      for id: UInt64 in [.max, .max - 1, .max - 0xfff, .max - 0x1000, .max - 0x1001, 1 << 63, 1 << 62] {
        names.append(String(id))
      }
      for name in names where !name.isEmpty && !name.contains(" ") {
        #expect(try client.open("\(mount.path)/handles/\(name)", O_RDONLY) == -Int(ENOENT), "\(name)")
        #expect(try client.open("\(mount.path)/\(name)x", O_RDONLY) == -Int(ENOENT), "\(name)")
      }
      #expect(try mount.agent == agent)
    }

    @Test func directoriesCanBeReadFromAnywhere() throws {
      let mount = try TestMount()
      let agent = try mount.agent
      let client = try mount.hostile(.anybody)
      #expect(try client.number("list-from \(mount.path)") > 5)
      #expect(try client.number("list-from \(mount.path)/handles") >= 2)
      #expect(try mount.agent == agent)
    }

    @Test func nothingInTheTreeCanBeChanged() async throws {
      let mount = try TestMount()
      let before = try mount.tally()
      let script = """
        cd \(mount.path) || exit 9
        for call in "mkdir d" "touch f" "rm -f status" "rmdir handles" "mv status s" "ln status l" "ln -s status l" \
          "mknod n p" "chmod 600 status" "chown 1 status" "truncate -s 0 status" "touch status" "cp /etc/hostname ctl" \
          "setfattr -n user.x -v 1 status" "fallocate -l 4096 ctl"
        do $call >/dev/null 2>&1 && echo "$call"; done
        cat ctl; getfattr -d . ; stat -f . ; sync -f . ; df . ; find . -ls ; true
        """
      let outcome = try await Shell.run(script)
      #expect(outcome.isSuccess)
      for call in ["mkdir", "touch", "rm ", "rmdir", "mv", "ln", "mknod", "chmod", "chown", "truncate", "cp"] {
        #expect(!outcome.output.split(separator: "\n").contains { $0.hasPrefix(call) }, "\(call) succeeded")
      }
      #expect(try mount.tally() == before)
    }
  }
}
