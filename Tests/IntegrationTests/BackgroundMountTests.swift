import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import SystemPackage
import Testing

/// rsmctl mount and rsmctl unmount.
@Suite struct BackgroundMountTests {
  /// A directory to mount in, removed with all that is left mounted in it.
  private final class Place {
    let parent: String
    var path: String { "\(parent)/rsm" }
    var log: String { "\(parent)/log" }

    init() throws {
      parent = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "background")
    }

    deinit {
      _ = killServer()
      while (try? occupant) != .nobody, (try? Fusermount.detach(path)) != nil {}
      _ = try? ChildProcess(["/bin/rm", "-rf", "--one-file-system", parent]).wait()
    }

    var occupant: MountOccupant {
      get throws { try MountOccupant(of: path, type: MountPoint.fileSystemType) }
    }

    var server: ProcessMark? {
      guard case .server(let mark) = try? occupant else { return nil }
      return mark
    }

    /// - Returns: whether there was one to kill.
    func killServer() -> Bool {
      guard let process = try? server?.open() else { return false }
      process.kill()
      return process.waitForEnd(.seconds(10))
    }

    var isThere: Bool { unsafe access(path, F_OK) == 0 }

    func rsmctl(_ arguments: String, _ environment: [String: String] = [:]) async throws -> Shell.Outcome {
      try await Shell.run(
        "cd \(parent) && timeout 20 \(Workbench.shared.program("rsmctl")) \(arguments)",
        environment: [MountPoint.variable: "", "XDG_RUNTIME_DIR": parent].merging(environment) { $1 })
    }
  }

  @Test func rsmdOutlivesTheCommandUntilUnmount() async throws {
    let place = try Place()
    let mounted = try await place.rsmctl("mount rsm/ --log log; echo $?")
    #expect(mounted.output == "\(place.path)\n0\n" && mounted.errors.isEmpty, "\(mounted.errors)")
    guard case .server(let mark) = try place.occupant else {
      Issue.record("it does not serve")
      return
    }
    #expect(getsid(mark.pid) == mark.pid, "a session of its own")
    let status = try await place.rsmctl("status", [MountPoint.variable: place.path])
    #expect(TextFields(parsing: status.output)["Keeper"] == String(mark.pid))
    #expect(try TextFile.read(place.log) == "")

    let unmounted = try await place.rsmctl("unmount rsm; echo $?")
    #expect(unmounted.output == "0\n" && unmounted.errors.isEmpty, "\(unmounted.errors)")
    #expect(try place.occupant == .nobody)
    #expect(!place.isThere, "rsmd made the directory and takes it away")
  }

  @Test func theVariableNamesTheDirectory() async throws {
    let place = try Place()
    unsafe mkdir(place.path, 0o755)
    let variables = [MountPoint.variable: place.path]
    #expect(try await place.rsmctl("mount --log log", variables).output == "\(place.path)\n")
    #expect(try await place.rsmctl("unmount; echo $?", variables).output == "0\n")
    #expect(try place.isThere && place.occupant == .nobody, "a directory that was there stays")
  }

  @Test func failuresSayWhy() async throws {
    let place = try Place()
    let missing = try await place.rsmctl("mount missing/too --log log; echo $?")
    #expect(missing.output == "1\n" && missing.errors.contains("missing/too"), "\(missing.errors)")
    let file = try await place.rsmctl("mount /proc/version --log log; echo $?")
    #expect(file.output == "1\n" && file.errors.contains("rsmd: error: ") && file.errors.contains("/proc/version"))
    #expect(try TextFile.read(place.log).contains("/proc/version"))
    let log = try await place.rsmctl("mount rsm --log /proc/version/log; echo $?")
    #expect(log.output == "1\n" && log.errors.contains("/proc/version/log") && !place.isThere, "\(log.errors)")

    _ = try await place.rsmctl("mount rsm --log log")
    let second = try await place.rsmctl("mount rsm --log log; echo $?")
    #expect(second.output == "1\n" && second.errors.contains("serves \(place.path) already"), "\(second.errors)")
    #expect(try await place.rsmctl("unmount rsm; echo $?").output == "0\n")
    let again = try await place.rsmctl("unmount rsm; echo $?")
    #expect(again.output == "1\n" && again.errors == "rsmctl: no rsmd has mounted anything on \(place.path)\n")
  }

  @Test func linesOfTheLogFileHaveTheTime() async throws {
    let place = try Place()
    let before = Timestamp(microseconds: Clock.microseconds).utc
    let failed = try await place.rsmctl("mount /proc/version --log log")
    _ = try await place.rsmctl("mount rsm --log log", ["JOURNAL_STREAM": "8:1"])
    #expect(place.killServer())
    _ = try await place.rsmctl("mount rsm --log log")
    let after = Timestamp(microseconds: Clock.microseconds).utc
    let lines = try TextFile.read(place.log).split(separator: "\n")
    let form = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) rsmd: (?:error|info): \S.*/
    let times = lines.compactMap { $0.wholeMatch(of: form).map { String($0.1) } }
    #expect(times.count == lines.count && times.count >= 2, "\(lines)")
    #expect(times == times.sorted() && times.allSatisfy { before <= $0 && $0 <= after }, "\(before) \(times) \(after)")
    #expect(failed.errors.hasPrefix("rsmd: error: "), "a person knows what time it is: \(failed.errors)")
    _ = try await place.rsmctl("unmount rsm")
  }

  @Test func optionsOfRsmdArePassedOn() async throws {
    let place = try Place()
    let script = "cd \(place.parent) && printf 'max-handles = 77\\ninspectors = 2\\n' >rsmd.conf"
    #expect(try await Shell.run(script).isSuccess)
    let options = "--config rsmd.conf --inspectors 0 --without pidfd-get-info"
    let mounted = try await place.rsmctl("mount rsm --log log \(options); echo $?")
    #expect(mounted.output == "\(place.path)\n0\n", "\(mounted.errors)")
    let status = TextFields(
      parsing: try await place.rsmctl("status", [MountPoint.variable: place.path]).output)
    #expect(status["MaxHandles"] == "77" && status["Inspection"] == "none")
    #expect(status["Missing"]?.contains("pidfd-get-info") == true, "\(status.text)")
    #expect(try await place.rsmctl("unmount rsm; echo $?").output == "0\n")
  }

  @Test func wrongOptionsOfRsmdAreToldOf() async throws {
    let place = try Place()
    for (options, status, message) in [
      ("--inspectors many", 64, "--inspectors <number>"), ("--inspectors 65", 1, "--inspectors takes"),
      ("--without steam", 1, "\"steam\" is no kernel feature"), ("--config none.conf", 1, "none.conf"),
      ("--config none/none.conf", 1, "cannot read none/none.conf: No such file or directory"),
    ] {
      let outcome = try await place.rsmctl("mount rsm --log log \(options); echo $?")
      #expect(outcome.output == "\(status)\n" && outcome.errors.contains(message), "\(outcome)")
      #expect(!place.isThere)
    }
  }

  @Test func deadMountsAreReplacedAndRemoved() async throws {
    let place = try Place()
    for command in ["mount rsm --log log", "unmount rsm"] {
      _ = try await place.rsmctl("mount rsm --log log")
      #expect(place.killServer())
      #expect(try place.occupant == .dead)
      let outcome = try await place.rsmctl("\(command); echo $?")
      #expect(outcome.output.hasSuffix("0\n") && outcome.errors.isEmpty, "\(outcome.errors)")
      if command.hasPrefix("mount") {
        #expect(try MountTable().entries.count { $0.path == place.path } == 1)
        #expect(try TextFile.read(place.log).contains("had been left by a killed rsmd"))
        #expect(try await place.rsmctl("unmount rsm; echo $?").output == "0\n")
      }
      #expect(try place.occupant == .nobody)
    }
  }

  @Test(.enabled(if: getuid() == 0, "only root can unmount what does not answer"))
  func aMountThatHangsIsUnmounted() async throws {
    let place = try Place()
    _ = try await place.rsmctl("mount rsm --log log")
    let keeper = try #require(place.server).pid
    let agent = try #require(
      try TextFile.read("/proc/\(keeper)/task/\(keeper)/children").split(separator: " ")
        .compactMap { Int32($0) }.first { (try? TextFile.read("/proc/\($0)/comm")) == "rsmd-agent\n" })
    kill(agent, SIGSTOP)
    #expect(try await place.rsmctl("unmount rsm; echo $?").output == "0\n")
    #expect(try place.occupant == .nobody)
  }

  @Test(.enabled(if: getuid() == 0, "root's rsmd takes root"))
  func anotherUserCannotUnmount() async throws {
    let place = try Place()
    _ = try await place.rsmctl("mount rsm --log log")
    let command = User.nobody.commandLine([Workbench.shared.program("rsmctl"), "unmount", place.path])
    unsafe chmod(place.parent, 0o755)
    let outcome = try await Shell.run("\(command.joined(separator: " ")); echo $?")
    #expect(outcome.output == "77\n" && outcome.errors.contains("another user's"), "\(outcome.errors)")
    #expect(try await place.rsmctl("unmount rsm; echo $?").output == "0\n")
  }

  @Test func withoutARuntimeDirectoryADirectoryIsAskedFor() async throws {
    guard getuid() == 0 else { try Test.cancel("the command runs as another user, which takes root") }
    let command = User.nobody.commandLine(["env", "-u", "XDG_RUNTIME_DIR", Workbench.shared.program("rsmctl"), "mount"])
    let outcome = try await Shell.run(
      "\(command.joined(separator: " ")); echo $?", environment: [MountPoint.variable: ""])
    #expect(outcome.output == "64\n" && outcome.errors.contains("give a directory"), "\(outcome.errors)")
  }
}
