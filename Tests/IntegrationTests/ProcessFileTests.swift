import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import Testing

/// processes/, controllers/ and metrics.prom under ordinary tools.
@Suite struct ProcessFileTests {
  @Test func processesAppearAndGo() async throws {
    let mount = try TestMount()
    let list = "ls \(mount.path)/processes | sort -n"
    #expect(try await Shell.run(list).output == "")
    let before = Clock.microseconds
    let clients = [try mount.client(), try mount.client(), try mount.client()]
    for client in clients { _ = try client.controller() }
    let pids = try clients.map { try $0.ask("pid") }
    let sorted = pids.compactMap { Int32($0) }.sorted().map { "\($0)\n" }
    #expect(try await Shell.run(list).output == sorted.joined())
    #expect(try await Shell.run("cd \(mount.path)/processes && ls -U").output == sorted.joined())
    let fields = try mount.process(pids[0])
    #expect(fields.fields.map(\.key) == ProcessFile.Key.allCases.map(\.rawValue))
    #expect(fields["Pid"] == pids[0] && fields["Uid"] == String(getuid()) && fields["OpenFiles"] == "1")
    #expect(fields["Handles"] == "0" && fields["Claimed"] == "0" && fields["State"] == "ready")
    let since = try #require(fields["Since"].flatMap { Double($0) })
    #expect(since >= Double(before) / 1e6 && since <= Double(Clock.microseconds) / 1e6)
    clients[1].process.process.kill()
    #expect(try mount.waits(for: .processes, toBe: 2))
    let left = [pids[0], pids[2]].compactMap { Int32($0) }.sorted().map { "\($0)\n" }
    #expect(try await Shell.run(list).output == left.joined())
    #expect(unsafe open("\(mount.path)/processes/\(pids[1])/status", O_RDONLY) == -1 && errno == ENOENT)
  }

  @Test func linksLeadToTheHandlesOfTheProcess() async throws {
    let mount = try TestMount()
    let clients = [try mount.client(), try mount.client()]
    let controllers = [try clients[0].controller(), try clients[1].controller()]
    let memory = [try clients[0].memory(pages: 4), try clients[1].memory(pages: 4)]
    var handles: [UInt] = []
    for index in [0, 1, 0, 0, 1] {
      handles.append(try clients[index].create(controllers[index], memory[index] + 4096, 4097).value)
    }
    let pids = try clients.map { try $0.ask("pid") }
    let places = pids.map { "\(mount.path)/processes/\($0)/handles" }
    #expect(try await Shell.run("ls \(places[0])").output == "1\n3\n4\n")
    #expect(try await Shell.run("ls \(places[1])").output == "2\n5\n")
    let link = try await Shell.run("stat -c '%F %s' \(places[0])/3; readlink \(places[0])/3")
    #expect(link.output == "symbolic link 18\n../../../handles/3\n")
    let linked = try await Shell.run("cd \(places[1]) && grep -h -e ^Id: -e ^Pid: 2 5")
    #expect(linked.output == "Id:\t2\nPid:\t\(pids[1])\nId:\t5\nPid:\t\(pids[1])\n")
    #expect(try mount.process(pids[0])["Handles"] == "3")
    #expect(try mount.process(pids[0])["Claimed"] == "24576")
    #expect(try await Shell.run("cat \(places[0])/2 2>&1 >/dev/null | grep -c 'No such file'").output == "1\n")
    _ = try clients[0].free(controllers[0], handles[2])
    #expect(try await Shell.run("ls \(places[0]); readlink \(places[0])/3").output == "1\n4\n")
    #expect(try mount.process(pids[0])["Claimed"] == "16384")
    #expect(try mount.process(pids[1])["Claimed"] == "16384")
  }

  @Test func everybodySeesTheProcesses() async throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let client = try mount.client(.ordinary)
    let memory = try client.memory(pages: 1)
    _ = try client.create(try client.controller(), memory, 4096)
    let pid = try client.ask("pid")
    func output(_ script: String, as user: User) async throws -> String {
      let command = "cd \(mount.path)/processes/\(pid) && \(script)"
      return try await Shell.run(
        "setpriv --reuid=\(user.uid) --regid=\(user.uid) --clear-groups sh -c '\(command)'"
      ).output
    }
    #expect(try await output("grep -c . status; ls handles", as: .other) == "9\n1\n")
    #expect(try await output("cat handles/1 || echo no", as: .other) == "no\n")
    #expect(try await output("grep ^Pid: handles/1", as: .ordinary) == "Pid:\t\(pid)\n")
    #expect(
      try await output("stat -c \"%u %a %h\" . status handles .. ../..", as: .other)
        == "54321 555 5\n54321 444 1\n54321 555 2\n0 555 3\n0 555 6\n")
  }

  /// Listing goes on by pid: processes that go while somebody lists hide none of the others.
  @Test func processesListWhileOthersGo() throws {
    let mount = try TestMount(["--inspectors", "1"])
    var clients: [Dialogue] = []
    for _ in 0..<12 {
      clients.append(try mount.client())
      _ = try clients[clients.count - 1].controller()
    }
    let pids = try clients.map { try $0.ask("pid") }
    var seen: [String] = []
    let failure = Directory.forEachName(in: "\(mount.path)/processes") { name in
      seen.append(name)
      guard seen.count == 3 else { return }
      for index in [0, 5, 7] { clients[index].process.process.kill() }
      #expect((try? mount.waits(for: .processes, toBe: 9)) == true)
    }
    #expect(failure == nil)
    #expect(Set(seen).count == seen.count)
    for (index, pid) in pids.enumerated() where ![0, 5, 7].contains(index) {
      #expect(seen.contains(pid))
    }
  }

  @Test func linksListWhileHandlesGo() throws {
    let mount = try TestMount(["--inspectors", "1"])
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 1)
    #expect(try client.ask("create-many \(controller) \(memory) 1000") == "0")
    let handle = try client.create(controller, memory, 4096).value
    let pid = try client.ask("pid")
    var seen: [String] = []
    let failure = Directory.forEachName(in: "\(mount.path)/processes/\(pid)/handles") { name in
      seen.append(name)
      guard seen.count == 300 else { return }
      #expect((try? client.free(controller, handle)) == 0)
    }
    #expect(failure == nil && Set(seen).count == seen.count)
    #expect(seen.dropFirst(2).prefix(1000).elementsEqual((1...1000).map(String.init)))
  }

  @Test func theControllerTellsItsAttributes() throws {
    let mount = try TestMount()
    let fields = TextFields(parsing: try TextFile.read("\(mount.path)/controllers/loopback"))
    #expect(fields.fields.map(\.key) == ControllerFile.Key.allCases.map(\.rawValue))
    #expect(fields["DirectAccessSizes"] == "1 2 4 8" && fields["PageSize"] == String(pageSize))
    #expect(fields["MaxExportSegmentSize"] == String(UInt(physicalPages) * pageSize))
  }

  @Test func metricsAreThoseOfPrometheus() async throws {
    let mount = try TestMount()
    let client = try mount.client()
    let memory = try client.memory(pages: 4)
    _ = try client.create(try client.controller(), memory, 5000)
    let text = try TextFile.read("\(mount.path)/metrics.prom")
    #expect(text.hasSuffix("\n") && text.utf8.count < ControlTree.statusFileLimit)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    #expect(lines.count == 3 * MetricKey.allCases.count)
    for (index, key) in MetricKey.allCases.enumerated() {
      #expect(lines[3 * index].wholeMatch(of: /# HELP ([a-z_]+) [^\\]+/)?.1 == key.rawValue[...])
      let type = try #require(lines[3 * index + 1].wholeMatch(of: /# TYPE ([a-z_]+) (gauge|counter)/))
      #expect(type.1 == key.rawValue[...] && (type.2 == "counter") == key.rawValue.hasSuffix("_total"))
      #expect(lines[3 * index + 2].wholeMatch(of: /([a-z_]+) [0-9]+/)?.1 == key.rawValue[...])
    }
    #expect(lines.contains("rsm_handles 1") && lines.contains("rsm_claimed_bytes 8192"))
    #expect(lines.contains("rsm_processes 1") && lines.contains("rsm_refused_total 0"))
  }

  @Test func unlikelyNamesAreNoFiles() async throws {
    let mount = try TestMount()
    let agent = try mount.agent
    let client = try mount.client()
    let memory = try client.memory(pages: 1)
    _ = try client.create(try client.controller(), memory, 4096)
    let pid = try client.ask("pid")
    let names = [
      "0", "01", "+1", "-1", "2147483647", "2147483648", "4294967297", "9223372036854775807", "9223372036854775808",
      "18446744073709551615", "18446744073709551616", "72057594037927935", "72057594037927936", "\u{0661}", "status.",
    ]
    for directory in [
      "", "/handles", "/processes", "/processes/\(pid)", "/processes/\(pid)/handles", "/controllers", "/segments",
      "/processes/\(pid)/exports", "/processes/\(pid)/imports",
    ] {
      for name in names {
        let path = "\(mount.path)\(directory)/\(name)"
        #expect(unsafe open(path, O_RDONLY) == -1 && errno == ENOENT, "\(path)")
      }
    }
    let hostile = try mount.hostile(.anybody)
    for directory in ["processes", "processes/\(pid)", "processes/\(pid)/handles", "controllers", "segments"] {
      #expect(try hostile.number("list-from \(mount.path)/\(directory)") >= 2)
    }
    #expect(try mount.agent == agent)
  }
}
