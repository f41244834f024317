import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// What rsmctl prints about a known state, against Tests/Expected.
@Suite struct ExpectedOutputTests {
  private static let directory =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Expected"
  private static let configuration = """
    max-handles = 1000
    max-handles-per-user = 100
    max-handles-per-process = 50
    max-bytes-per-user = 1G
    max-bytes-per-process = 512M
    max-processes-per-user = 10
    max-files-per-user = 200
    max-held-reads-per-user = 20
    raise-memlock = 64K
    inspectors = 2

    """

  /// Puts words in the place of what differs from run to run and from user to user.
  private func normalized(_ output: String, pid: String, uid: String, path: String) -> String {
    let numbers = "Unpinned|Uptime|Requests|InspectorsReplaced|MaxProcesses|MaxSegments|MaxSegmentsPerUser"
    let rules: [(String, String)] = [
      (path, "MOUNT"), (#"\b1[0-9]{9}\.[0-9]{6}\b"#, "TIME"), (#"0x[0-9a-f]+"#, "ADDRESS"),
      (#"(Uid"?:[\t ])[0-9]+"#, "$1UID"), (#"(Gid"?:[\t ])[0-9]+"#, "$1GID"),
      (#"((Agent|Keeper)"?:[\t ])[0-9]+"#, "$1PID"), (#"\(process [0-9]+\)"#, "(process PID)"),
      (#"((\#(numbers))"?:[\t ])[0-9]+"#, "$1NUMBER"), (#"[0-9]+ mappings"#, "NUMBER mappings"),
      (#"(Version"?:[\t ]"?)[0-9]+\.[0-9]+\.[0-9]+"#, "$1VERSION"),
      (#"(Mode"?:[\t ]"?)(system|rootless)"#, "$1MODE"), (#"((Method|Inspection)"?:[\t ]"?)(probe|smaps)"#, "$1METHOD"),
      (#"((Features|Missing)"?:[\t ])"?[a-z -]*"?"#, "$1NAMES"), (#"\b\#(pid)\b"#, "PID"), (#"\b\#(uid)\b"#, "UID"),
      (#" {3,}"#, "  "), (#"(?m)^ +PID"#, "PID"),
    ]
    return rules.reduce(output) { text, rule in
      guard let pattern = try? Regex(rule.0) else { return text }
      return text.replacing(pattern) { match in
        let first = match.output.count > 1 ? match.output[1].substring ?? "" : ""
        return rule.1.replacing("$1", with: first)
      }
    }
  }

  private func compare(_ output: String, with name: String, _ location: SourceLocation = #_sourceLocation) async throws
  {
    let file = "\(Workbench.shared.directory)/found-\(name)"
    let descriptor = Descriptor(owning: try checked { unsafe creat(file, 0o644) })
    let bytes = Array(output.utf8)
    _ = try checkedRetrying { unsafe write(descriptor.raw, bytes, bytes.count) }
    let difference = try await Shell.run("diff -u \(Self.directory)/\(name) \(file)")
    #expect(difference.isSuccess, "\(difference.output)\(difference.errors)", sourceLocation: location)
  }

  @Test func aProcessWithThreeHandles() async throws {
    let mount = try TestMount(configuration: Self.configuration)
    let client = try mount.client(.anybody)
    let controller = try client.controller()
    let memory = try client.memory(pages: 17)
    let other = try client.memory(pages: 4)
    #expect(try client.create(controller, memory, 17 * 4096).code == RSM_SUCCESS)
    #expect(try client.create(controller, memory + 4096, 100).code == RSM_SUCCESS)
    #expect(try client.create(controller, other, 4 * 4096).code == RSM_SUCCESS)
    _ = try client.ask("munlock \(other) 4096")
    let deadline = ContinuousClock.now + .seconds(10)
    while try mount.handle(3)["State"] != "unpinned (3 of 4 pages)" && ContinuousClock.now < deadline { usleep(50_000) }
    #expect(try mount.waits(for: .inspectors, toBe: 2))
    let pid = try client.ask("pid")
    for command in ["handles", "processes", "show 3", "status"] {
      for option in ["", " --json"] {
        let outcome = try await Shell.run(
          "\(Workbench.shared.program("rsmctl")) \(command)\(option)", environment: [MountPoint.variable: mount.path])
        #expect(outcome.isSuccess && outcome.errors.isEmpty, "\(outcome.errors)")
        let name = (command.split(separator: " ").first ?? "") + (option.isEmpty ? ".txt" : ".json")
        let output = normalized(outcome.output, pid: pid, uid: String(User.anybody.uid), path: mount.path)
        try await compare(output, with: String(name))
      }
    }
  }

  /// What is there depends on the machine, so all is switched off but pidfds, by which doctor knows whose the mount is.
  @Test(.enabled(if: getuid() == 0, "what an ordinary user lacks depends on the machine"))
  func doctorWithoutFeatures() async throws {
    guard let fusermount = Fusermount.program else { try Test.cancel("fusermount3 is missing") }
    let mount = try TestMount()
    let features = KernelFeature.allCases.filter { $0 != .pidfd }.map(\.rawValue).joined(separator: ",")
    let outcome = try await Shell.run(
      "prlimit --memlock=8388608:8388608 --nofile=1024:1024 \(Workbench.shared.program("rsmctl")) doctor; echo $?",
      environment: [MountPoint.variable: mount.path, KernelFeature.variable: features])
    let output = normalized(outcome.output, pid: "no process", uid: "no user", path: mount.path)
    try await compare(output.replacing(fusermount, with: "FUSERMOUNT"), with: "doctor.txt")
  }
}
