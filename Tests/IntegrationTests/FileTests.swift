import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// The files under ordinary tools.
@Suite struct FileTests {
  @Test func ordinaryToolsReadThem() async throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    for page in 0..<3 as Range<UInt> { _ = try client.create(controller, memory + page * 4096, 4096) }
    let pid = try client.ask("pid")
    let outcome = try await Shell.run(
      """
      set -e
      cd \(mount.path)
      ls; ls handles; find . -type f | sort
      cat ctl | wc -c
      cat handles/1 | head -n 1; head -n 2 handles/2 | tail -n 1; tail -n 1 handles/3
      test "$(wc -l < handles/1)" = \(HandleFile.Key.allCases.count) && echo lines
      grep -rh '^Id:' . | sort
      cp handles/2 copy-of-2 2>/dev/null || echo no copy into the tree
      copy=$(mktemp); cp handles/2 $copy; grep '^Pages:' $copy; rm $copy
      dd if=handles/3 bs=4 count=1 2>/dev/null; echo
      test -s status && stat -c '%F %a' . ctl grant segments status handles handles/1
      stat -c '%F %a' processes processes/\(pid) processes/\(pid)/status controllers/loopback metrics.prom
      test -s metrics.prom && test -s controllers/loopback && test -s processes/\(pid)/status
      """)
    #expect(outcome.errors == "")
    #expect(
      outcome.output == """
        controllers
        ctl
        grant
        handles
        metrics.prom
        processes
        segments
        status
        1
        2
        3
        ./controllers/loopback
        ./ctl
        ./handles/1
        ./handles/2
        ./handles/3
        ./metrics.prom
        ./processes/\(pid)/status
        ./status
        0
        Id:\t1
        Controller:\tloopback
        Method:\t\(getuid() == 0 ? "probe" : "smaps")
        lines
        Id:\t1
        Id:\t2
        Id:\t3
        no copy into the tree
        Pages:\t1
        Id:\t
        directory 555
        regular file 666
        socket 666
        directory 555
        regular file 444
        directory 555
        regular file 400
        directory 555
        directory 555
        regular file 444
        regular file 444
        regular file 444

        """)
  }

  @Test func nothingInTheTreeCanBeChanged() async throws {
    let mount = try TestMount()
    let outcome = try await Shell.run(
      """
      cd \(mount.path)
      for attempt in 'touch new' 'mkdir new' 'rm status' 'mv status new' 'ln status new' 'ln -s status new' 'chmod 777 ctl' \
        'truncate -s 0 ctl' 'rmdir handles' 'mkfifo new'; do
        $attempt 2>/dev/null && echo "$attempt succeeded"
      done
      echo data 2>/dev/null >> ctl && echo write succeeded
      ls
      """)
    #expect(outcome.output == "controllers\nctl\ngrant\nhandles\nmetrics.prom\nprocesses\nsegments\nstatus\n")
  }

  @Test func usersReadTheirOwnHandlesAndRootAll() async throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let client = try mount.client(.ordinary)
    let memory = try client.memory(pages: 1)
    _ = try client.create(try client.controller(), memory, 4096)
    let read = "cat \(mount.path)/handles/1 | grep ^State:"
    for (user, expected) in [(User.ordinary, "State:\tpinned\n"), (.other, ""), (.current, "State:\tpinned\n")] {
      let command =
        user.uid == 0 ? read : "setpriv --reuid=\(user.uid) --regid=\(user.uid) --clear-groups sh -c '\(read)'"
      #expect(try await Shell.run(command).output == expected)
    }
    #expect(try mount.handle(1)["Uid"] == "54321")
    let list = "setpriv --reuid=54322 --regid=54322 --clear-groups ls \(mount.path)/handles"
    #expect(try await Shell.run(list).output == "1\n")
  }

  @Test func readingAFreedHandleIsNoSuchFile() async throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 1)
    let handle = try client.create(controller, memory, 4096).value
    let file = unsafe open("\(mount.path)/handles/1", O_RDONLY)
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1024)
    #expect(unsafe read(file, &buffer, 1024) > 0)
    _ = try client.free(controller, handle)
    #expect(unsafe pread(file, &buffer, 1024, 0) == -1 && errno == ENOENT)
    #expect(unsafe open("\(mount.path)/handles/1", O_RDONLY) == -1 && errno == ENOENT)
    for name in ["0", "01", "+1", "1 ", "18446744073709551615", "18446744073709551616", "-1", "x"] {
      #expect(unsafe open("\(mount.path)/handles/\(name)", O_RDONLY) == -1 && errno == ENOENT, "\(name)")
    }
  }

  /// Listing goes on by handle id: handles that go while somebody lists hide none of the others.
  @Test func aHundredThousandHandlesListWhileOthersGo() throws {
    guard getuid() == 0 else { try Test.cancel("takes longer than a test should without root's lock limit") }
    let mount = try TestMount(["--inspectors", "1"])
    let keeping = try mount.client()
    let leaving = try mount.client()
    let kept = try keeping.controller()
    let left = try leaving.controller()
    let keptMemory = try keeping.memory(pages: 1)
    let leftMemory = try leaving.memory(pages: 1)
    for _ in 0..<10 {
      #expect(try keeping.ask("create-many \(kept) \(keptMemory) 5000") == "0")
      #expect(try leaving.ask("create-many \(left) \(leftMemory) 5000") == "0")
    }
    #expect(try mount.number(.handles) == 100_000)
    let all = try mount.handleIDs
    #expect(all == Array(1...100_000))
    var seen: Set<String> = []
    let failure = Directory.forEachName(in: "\(mount.path)/handles") { name in
      #expect(seen.insert(name).inserted)
      guard seen.count == 30_000 else { return }
      leaving.process.process.kill()
      #expect((try? mount.waits(for: .handles, toBe: 50_000)) == true)
    }
    #expect(failure == nil)
    let missing = all.filter { ($0 - 1) / 5000 % 2 == 0 && !seen.contains(String($0)) }
    #expect(missing.isEmpty)
    #expect(seen.count < 90_000)
  }
}
