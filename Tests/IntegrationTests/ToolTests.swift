import CRSM
import RSMControl
import RSMTestSupport
import Testing

/// rsmctl as a person calls it.
@Suite struct ToolTests {
  private let rsmctl = Workbench.shared.program("rsmctl")

  private func run(_ arguments: String, on mount: TestMount?) async throws -> Shell.Outcome {
    try await Shell.run(
      "\(rsmctl) \(arguments)", environment: [MountPoint.variable: mount?.path ?? "/nonexistent", "RSM_LOG": "off"])
  }

  @Test func handlesAreListed() async throws {
    let mount = try TestMount()
    #expect(try await run("handles --json", on: mount).output == "[]\n")
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    _ = try client.create(controller, memory, 4 * 4096)
    _ = try client.create(controller, memory + 4096, 100)
    _ = try client.ask("munlock \(memory) 4096")
    let lines = try await run("handles", on: mount).output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(
      lines.first == [
        "ID", "PID", "UID", "CONTROLLER", "ADDRESS", "LENGTH", "PAGES", "STATE", "LOCKED", "RESIDENT", "CHECKED",
      ])
    let pid = try client.ask("pid")
    let uid = try #require(try mount.handle(1)["Uid"])
    let address = "0x" + String(memory, radix: 16)
    #expect(
      lines[1].dropLast().map(String.init) == [
        "1", pid, uid, "loopback", address, "16K", "4", "unpinned", "(3", "of", "4", "pages)", "12K", "16K",
      ])
    let json = try await run("handles --json", on: mount).output
    #expect(
      json.contains(#"{"Id": 2, "Pid": \#(pid), "Uid": \#(uid), "Controller": "loopback", "Address": "0x"#)
        && json.contains(
          #""Length": 100, "Pages": 1, "State": "pinned", "Locked": 4096, "Resident": 4096, "Checked": 1"#)
    )
  }

  @Test func oneHandleIsShown() async throws {
    let mount = try TestMount()
    let client = try mount.client()
    let memory = try client.memory(pages: 1)
    _ = try client.create(try client.controller(), memory, 17)
    let shown = TextFields(parsing: try await run("show 1", on: mount).output)
    #expect(shown.fields.map(\.key) == HandleFile.Key.allCases.map(\.rawValue))
    #expect(shown["Length"] == "17" && shown["State"] == "pinned")
    let json = try await run("show 1 --json", on: mount).output
    #expect(json.hasPrefix(#"{"Id": 1, "Controller": "loopback", "Pid": "#) && json.hasSuffix("}\n"))
    let missing = try await run("show 99", on: mount)
    #expect(
      !missing.isSuccess && missing.errors == "rsmctl: there is no handle 99; rsmctl handles lists those there are\n")
  }

  @Test func statusIsShown() async throws {
    let mount = try TestMount()
    let shown = TextFields(parsing: try await run("status", on: mount).output)
    #expect(shown.fields.map(\.key) == StatusKey.allCases.map(\.rawValue))
    #expect(try await run("status --json", on: mount).output.contains(#""Handles": 0, "MaxHandles": 1048576"#))
  }

  @Test func exitStatusesTellWhatIsWrong() async throws {
    #expect(try await run("status >/dev/null 2>&1; echo $?", on: nil).output == "69\n")
    #expect(try await run("handles --nonsense >/dev/null 2>&1; echo $?", on: nil).output == "64\n")
    #expect(try await run("status", on: nil).errors.contains("start rsmd, or set RSM_MOUNT"))
  }

  @Test func programsRunOnAMountOfTheirOwn() async throws {
    let outcome = try await run(
      "run -- sh -c 'echo $RSM_MOUNT; ls $RSM_MOUNT; echo get NULL | \(Workbench.shared.program("rsmclient")); exit 7'; echo $?",
      on: nil)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines.dropFirst().prefix(8)
        == ["controllers", "ctl", "grant", "handles", "metrics.prom", "processes", "segments", "status"])
    #expect(lines.count == 11 && lines[9].hasPrefix("0 0x") && lines[10] == "7")
    let path = try #require(lines.first)
    #expect(try await Shell.run("ls \(path); grep -c \(path) /proc/mounts").output == "0\n")
    #expect(try await run("run -- /nonexistent/program; echo $?", on: nil).output == "127\n")
    #expect(try await run("run -- sh -c 'kill -9 $$'; echo $?", on: nil).output == "137\n")
    #expect(try await run("run 2>/dev/null; echo $?", on: nil).output == "64\n")
  }
}
