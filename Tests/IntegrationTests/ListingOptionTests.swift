import Glibc
import RSMControl
import RSMTestSupport
import RSMTools
import Testing

/// The options of the listings of rsmctl, as a person gives them.
@Suite struct ListingOptionTests {
  private let rsmctl = Workbench.shared.program("rsmctl")

  private func run(_ arguments: String, on mount: TestMount) async throws -> String {
    try await Shell.run("\(rsmctl) \(arguments)", environment: [MountPoint.variable: mount.path]).output
  }

  @Test func processesAreListed() async throws {
    let mount = try TestMount()
    #expect(
      try await run("processes", on: mount) == "PID  UID  SINCE  OPENFILES  HANDLES  CLAIMED  EXPORTS  IMPORTS  STATE\n"
    )
    #expect(try await run("processes --json", on: mount) == "[]\n")
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 17)
    _ = try client.create(controller, memory, 17 * 4096)
    let pid = try client.ask("pid")
    let since = try #require(
      TextFields(parsing: try await Shell.run("cat \(mount.path)/processes/\(pid)/status").output)["Since"])
    let uid = getuid()
    #expect(
      try await run("processes --noheadings", on: mount).split(separator: " ", omittingEmptySubsequences: true)
        .joined(separator: " ") == "\(pid) \(uid) \(since) 1 1 68K 0 0 ready\n")
    #expect(
      try await run("processes --json", on: mount) == """
        [
          {"Pid": \(pid), "Uid": \(uid), "Since": \(since), "OpenFiles": 1, "Handles": 1, "Claimed": 69632, "Exports": 0, "Imports": 0, "State": "ready"}
        ]

        """)
    #expect(
      try await run("processes --output claimed,HANDLES,State", on: mount) == """
        CLAIMED  HANDLES  STATE
            68K        1  ready

        """)
    #expect(
      try await run("processes --bytes --noheadings --output claimed,pid", on: mount) == "69632  \(pid)\n")
    #expect(
      try await run("processes --json --bytes --output pid", on: mount) == "[\n  {\"Pid\": \(pid)}\n]\n")
  }

  @Test func segmentsAreListed() async throws {
    let mount = try TestMount()
    #expect(
      try await run("segments", on: mount) == "ID  PID  UID  LENGTH  MODE  IMPORTERS  GRANTED\n")
    let exporter = try SegmentClient(mount, .anybody)
    _ = try exporter.publish(try exporter.export(69632).id, 0x400000, mode: 0o640)
    _ = try exporter.publish(try exporter.export(4096).id, 0, mode: 0)
    _ = try exporter.connect(exporter.control, 0x400000)
    #expect(
      try await run("segments --output id,length,mode,importers,granted,export", on: mount) == """
                ID  LENGTH  MODE  IMPORTERS  GRANTED  EXPORT
           4194304     68K  0640          1  no            1
        2147483648      4K  00            0  no            2

        """)
    #expect(
      try await run("segments --json --output id,mode,uid", on: mount) == """
        [
          {"Id": 4194304, "Mode": "0640", "Uid": \(User.anybody.uid)},
          {"Id": 2147483648, "Mode": "00", "Uid": \(User.anybody.uid)}
        ]

        """)
    let shown = TextFields(parsing: try await run("show --segment 4194304", on: mount))
    #expect(shown.fields.map(\.key) == SegmentFile.Key.allCases.map(\.rawValue) && shown["Mode"] == "0640")
    #expect(try await run("show --segment 7 2>&1; echo $?", on: mount).hasSuffix("lists those there are\n1\n"))
    #expect(try await run("show --segment 4294967296 2>/dev/null; echo $?", on: mount) == "64\n")
  }

  @Test func handlesTakeTheSameOptions() async throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 17)
    _ = try client.create(controller, memory, 17 * 4096)
    _ = try client.create(controller, memory, 100)
    #expect(
      try await run("handles --output id,length,locked,tag,state", on: mount) == """
        ID  LENGTH  LOCKED  TAG   STATE
         1     68K     68K  full  pinned
         2    100B      4K  full  pinned

        """)
    #expect(
      try await run("handles --output id,length,locked --bytes --noheadings", on: mount) == """
        1  69632  69632
        2    100   4096

        """)
    #expect(
      try await run("handles --output Length --json", on: mount) == """
        [
          {"Length": 69632},
          {"Length": 100}
        ]

        """)
  }

  @Test func wrongColumnsAreWrongUsage() async throws {
    let mount = try TestMount()
    for listing in ["handles", "processes"] {
      let outcome = try await Shell.run("\(rsmctl) \(listing) --output pid,size; echo $?")
      #expect(outcome.output == "64\n")
      #expect(outcome.errors.contains("there is no column \"size\"; the columns are "))
    }
    #expect(try await run("handles --output , 2>&1 >/dev/null | grep -c 'no column \"\"'", on: mount) == "1\n")
  }

  @Test func anotherUsersHandleIsNotPermitted() async throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let client = try mount.client()
    let memory = try client.memory(pages: 1)
    _ = try client.create(try client.controller(), memory, 4096)
    let user = User.other.commandLine([rsmctl, "show", "1"]).joined(separator: " ")
    let outcome = try await Shell.run("\(user); echo $?", environment: [MountPoint.variable: mount.path])
    #expect(outcome.output == "77\n" && outcome.errors == "rsmctl: handle 1 belongs to another user\n")
    let listing = User.other.commandLine([rsmctl, "processes", "--noheadings", "--output", "handles"])
    let processes = try await Shell.run(
      listing.joined(separator: " "), environment: [MountPoint.variable: mount.path])
    #expect(processes.output == "1\n")
  }

  @Test func anotherUsersMountIsNotPermitted() async throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let directory = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "closed")
    let status = User.other.commandLine([rsmctl, "status"]).joined(separator: " ")
    let outcome = try await Shell.run("\(status); echo $?", environment: [MountPoint.variable: "\(directory)/mount"])
    #expect(outcome.output == "77\n" && outcome.errors == "rsmctl: you may not look into \(directory)/mount\n")
    let missing = try await Shell.run("\(status); echo $?", environment: [MountPoint.variable: "/nonexistent"])
    #expect(missing.output == "69\n")
  }

  @Test func onlyATerminalGetsABoldHeading() async throws {
    guard unsafe access("/usr/bin/script", X_OK) == 0 else { try Test.cancel("script(1) is missing") }
    let mount = try TestMount()
    let list = "\(rsmctl) processes --output pid"
    func output(_ variables: String) async throws -> String {
      try await Shell.run(
        "env -u NO_COLOR TERM=xterm \(variables) script -qec '\(list)' /dev/null </dev/null",
        environment: [MountPoint.variable: mount.path]
      ).output
    }
    #expect(try await output("").contains("\u{1b}[1mPID\u{1b}[0m"))
    #expect(try await output("NO_COLOR=1") == "PID\r\n")
    #expect(try await output("TERM=dumb") == "PID\r\n")
    #expect(try await output("NO_COLOR=").contains("\u{1b}[1mPID"))
  }
}
