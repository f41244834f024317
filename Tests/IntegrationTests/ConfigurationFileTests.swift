import Glibc
import RSMControl
import RSMTestSupport
import RSMTools
import Testing

/// rsmd and its configuration file, as a person meets them.
@Suite struct ConfigurationFileTests {
  private let directory: String
  private let rsmd = Workbench.shared.program("rsmd")

  init() throws {
    directory = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "configuration")
    unsafe chmod(directory, 0o755)
  }

  private func run(_ script: String) async throws -> String {
    let outcome = try await Shell.run("cd \(directory) && { \(script); } 2>&1; echo $?")
    return outcome.output
  }

  @Test func mistakesEndTheStartWithFileAndLine() async throws {
    let output = try await run(
      #"printf 'inspectors = 2\n\nmax-handels = 3\n' >rsmd.conf; \#(rsmd) --mount none --config rsmd.conf"#)
    #expect(output.hasPrefix("rsmd: error: rsmd.conf:3: \"max-handels\" is no key; keys are: max-handles, "))
    #expect(output.hasSuffix("\n78\n"), "\(output)")
    #expect(unsafe access("\(directory)/none", F_OK) != 0, "nothing was mounted or made")
  }

  @Test func aNamedFileMustBeThere() async throws {
    let output = try await run("\(rsmd) --mount none --config missing.conf")
    #expect(output == "rsmd: error: cannot read missing.conf: No such file or directory\n78\n")
    #expect(try await run("\(rsmd) --config").hasSuffix("64\n"))
  }

  @Test func withoutRootTheFileIsInTheConfigurationDirectoryOfTheUser() async throws {
    let user = getuid() == 0 ? User.nobody.commandLine([]).joined(separator: " ") : ""
    for (variables, place) in [
      ("XDG_CONFIG_HOME=$PWD/a HOME=$PWD/b", "a/rsm"), ("XDG_CONFIG_HOME= HOME=$PWD/c", "c/.config/rsm"),
    ] {
      let output = try await run(
        "mkdir -p \(place); echo nonsense >\(place)/rsmd.conf; chmod -R a+rX .; "
          + "\(user) /usr/bin/env \(variables) \(rsmd) --mount none")
      #expect(
        output == "rsmd: error: \(directory)/\(place)/rsmd.conf:1: \"nonsense\" is not of the form key = value\n78\n")
    }
  }

  /// Runs rsmd of root with an /etc of its own, where the file is as given, and prints the status of its mount.
  private func statusOfRoot(with text: String) async throws -> Shell.Outcome {
    let script = """
      mount -t tmpfs none /etc && mkdir /etc/rsm && printf "\(text)" >/etc/rsm/rsmd.conf &&
      \(Workbench.shared.program("rsmctl")) run -- /bin/sh -c "cat \\$RSM_MOUNT/status"; echo $?
      """
    return try await Shell.run("/usr/bin/unshare --mount --propagation=private /bin/sh -c '\(script)'")
  }

  @Test(.enabled(if: getuid() == 0, "the file in /etc is root's"))
  func rootsFileIsInEtc() async throws {
    guard try await Shell.run("/usr/bin/unshare --mount true").isSuccess else {
      try Test.cancel("mount namespaces are not permitted")
    }
    let served = try await statusOfRoot(with: #"max-handles = 77\ninspectors = 1\n"#)
    let status = TextFields(parsing: served.output)
    #expect(status["MaxHandles"] == "77" && served.output.hasSuffix("\n0\n"), "\(served)")
    let mistaken = try await statusOfRoot(with: #"inspectors = 1\nnonsense\n"#)
    #expect(mistaken.errors.contains("rsmd: error: /etc/rsm/rsmd.conf:2: \"nonsense\" is not"), "\(mistaken.errors)")
    #expect(mistaken.output == "1\n")
  }
}
