import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import RSMTools
import Testing

/// What a program can ask without rsmd.
@Suite struct SurroundingsTests {
  private func lines(of file: String?, application: String) async throws -> [String] {
    let path = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "ids") + "/rsm.segmentid"
    if let file {
      let outcome = try await Shell.run("printf '\(file)' > '\(path)'", environment: [:])
      #expect(outcome.isSuccess)
    }
    let outcome = try await Shell.run(
      "\(Workbench.shared.program("surroundings")) \(application)",
      environment: [SegmentIDFile.variable: path, "RSM_LOG": "off"])
    #expect(outcome.isSuccess)
    return outcome.output.split(separator: "\n").map(String.init)
  }

  @Test func aMachineOutsideOfAClusterHasNoControllers() async throws {
    let lines = try await lines(of: "", application: "app")
    #expect(lines.first == "0 0 0")
    #expect(lines.last == "\(RSMERR_BAD_TOPOLOGY_PTR) \(RSMERR_BAD_ADDR) \(RSMERR_BAD_ADDR) \(RSMERR_BAD_ADDR)")
  }

  @Test func reservedSegmentIDsAreFound() async throws {
    let file = #"# ids\n\nreserved first 0x600000 10\nreserved app 0x60000a 1000\n"#
    #expect(try await lines(of: file, application: "APP")[1] == "0 0x60000a 1000")
  }

  /// Neither number is touched.
  @Test(arguments: [
    (nil, RSMERR_BAD_CONF), ("", RSMERR_BAD_APPID), (#"reserved app 0x1\n"#, RSMERR_BAD_CONF),
    (#"reserved other 1 1\n"#, RSMERR_BAD_APPID), (#"reserved app 1 -1\n"#, RSMERR_BAD_CONF),
  ])
  func whatIsNotFoundHasAReason(_ file: String?, _ code: Int32) async throws {
    #expect(try await lines(of: file, application: "app")[1] == "\(code) 0x7 8")
  }

  @Test func rsmctlListsThem() async throws {
    let path = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "ids") + "/rsm.segmentid"
    let rsmctl = Workbench.shared.program("rsmctl")
    let listing = try await Shell.run(
      "printf 'reserved app 0x600000 1000\\n' > '\(path)'; \(rsmctl) segment-ids; \(rsmctl) segment-ids --json",
      environment: [SegmentIDFile.variable: path])
    #expect(
      listing.output == """
        APPLICATION  FIRST     COUNT
        app          0x600000   1000
        [
          {"Application": "app", "First": "0x600000", "Count": 1000}
        ]

        """)
    let wrong = try await Shell.run(
      "printf 'reserved app\\n' > '\(path)'; \(rsmctl) segment-ids", environment: [SegmentIDFile.variable: path])
    #expect(!wrong.isSuccess && wrong.errors.contains("\(path):1: 2 words where four belong"), "\(wrong.errors)")
  }
}
