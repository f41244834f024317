import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import RSMTools
import Testing

/// rsmctl doctor on this machine.
@Suite struct DoctorTests {
  private let rsmctl = Workbench.shared.program("rsmctl")

  private func doctor(
    on path: String, _ options: String = "", user: User = .current, without: String = ""
  ) async throws -> Shell.Outcome {
    let command = user.commandLine([rsmctl, "doctor", options]).joined(separator: " ")
    return try await Shell.run(
      "timeout 20 \(command); echo $?",
      environment: [MountPoint.variable: path, KernelFeature.variable: without])
  }

  /// The line of `name` and the one below it, without what depends on the machine.
  private func lines(_ name: String, of outcome: Shell.Outcome, path: String) -> [String] {
    let lines = outcome.output.split(separator: "\n").map(String.init)
    guard let index = lines.firstIndex(where: { $0.split(separator: " ").dropFirst().first == name[...] }) else {
      return []
    }
    return lines[index...].prefix(2).map { line in
      line.split(separator: " ").map {
        $0 == path[...] ? "DIR" : Int($0.filter { $0 != ")" }) != nil ? "N)" : String($0)
      }
      .joined(separator: " ")
    }
  }

  @Test func everyItemHasItsLine() async throws {
    let mount = try TestMount()
    let outcome = try await doctor(on: mount.path)
    let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.dropLast()
    #expect(
      lines.map { String($0.split(separator: " ")[1]) } == ["/dev/fuse", "fusermount3", "mount"]
        + KernelFeature.allCases.map(\.rawValue) + ["RLIMIT_MEMLOCK", "max_map_count", "descriptors"])
    #expect(lines.allSatisfy { ["ok", "warn", "fail"].contains($0.split(separator: " ")[0]) })
    let fails = lines.contains { $0.hasPrefix("fail") }
    #expect(outcome.output.hasSuffix(fails ? "1\n" : "0\n"))
    #expect(self.lines("mount", of: outcome, path: mount.path).first == "ok mount rsmd (process N) serves DIR")
    let passthrough = try mount.status(.features).contains("passthrough")
    #expect(lines.contains { $0.hasPrefix(passthrough ? "ok    passthrough" : "warn  passthrough") })
    let json = try await doctor(on: mount.path, "--json").output
    #expect(json.hasPrefix("[\n  {\"Level\": \"") && json.contains("\"Name\": \"mount\", \"State\": \"rsmd (process "))
  }

  @Test func withoutRsmdTheMountIsAWarning() async throws {
    let outcome = try await doctor(on: "/nonexistent/place")
    #expect(
      lines("mount", of: outcome, path: "/nonexistent/place") == [
        "warn mount nothing is mounted on DIR", "programs get RSMERR_CTLR_NOT_PRESENT; to mend it: rsmctl mount",
      ])
  }

  @Test func aDeadMountFails() async throws {
    let mount = try TestMount()
    mount.daemon.process.kill()
    _ = mount.waitForEnd()
    let outcome = try await doctor(on: mount.path)
    #expect(
      lines("mount", of: outcome, path: mount.path) == [
        "fail mount what is mounted on DIR is dead: its rsmd was killed",
        "programs get RSMERR_CTLR_NOT_PRESENT; to mend it: rsmctl mount DIR",
      ])
    #expect(outcome.output.hasSuffix("\n1\n"))
    try Fusermount.detach(mount.path)
    unsafe rmdir(mount.path)
  }

  @Test(.enabled(if: getuid() == 0, "without root the mount cannot be ended while it hangs"))
  func aMountThatHangsFailsInTime() async throws {
    let mount = try TestMount()
    let agent = try mount.agent
    kill(agent, SIGSTOP)
    defer { kill(agent, SIGCONT) }
    let outcome = try await doctor(on: mount.path)
    #expect(
      lines("mount", of: outcome, path: mount.path) == [
        "fail mount rsmd (process N) on DIR does not answer you",
        "programs get RSMERR_CTLR_NOT_PRESENT; to mend it: rsmctl unmount DIR && rsmctl mount DIR",
      ])
  }

  @Test func switchedOffFeaturesAreTold() async throws {
    let outcome = try await doctor(on: "/nonexistent", without: "pagemap-scan,madvise-cold-remote")
    #expect(lines("pagemap-scan", of: outcome, path: "").first == "fail pagemap-scan is switched off")
    #expect(lines("madvise-cold-remote", of: outcome, path: "").first == "warn madvise-cold-remote is switched off")
    #expect(outcome.output.hasSuffix("\n1\n"))
    let unknown = try await doctor(on: "/nonexistent", without: "steam")
    #expect(unknown.output == "64\n" && unknown.errors.contains("\"steam\" is no kernel feature"), "\(unknown.errors)")
  }

  @Test(.enabled(if: getuid() == 0, "without root every test runs as an ordinary user"))
  func anOrdinaryUserLearnsWhatRootHas() async throws {
    let outcome = try await doctor(on: "/nonexistent", user: .nobody)
    #expect(
      lines("madvise-cold-remote", of: outcome, path: "") == [
        "warn madvise-cold-remote does not work",
        "pins are checked by smaps, which is slower and up to N) s old; to mend it: sudo rsmctl mount (in a container: "
          + "--cap-add SYS_NICE)",
      ])
    #expect(outcome.output.contains("warn  RLIMIT_MEMLOCK         8388608 bytes\n      a program can pin no more"))
  }
}
