import CRSM
import Glibc
import RSM
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// A segment that comes and goes all the time.
  @Suite struct FlappingSegmentTests {
    @Test func connectingToItEndsNothingElse() throws {
      let mount = try TestMount()
      let exporter = try SegmentClient(mount, .anybody)
      #expect(try exporter.publish(exporter.export().id, 0x50_0000, mode: 0o666).result == 0)
      let program = User.anybody.commandLine([Workbench.shared.program("flap"), "\(0x50_0001)"])
      let flapping = try Dialogue(program, environment: mount.environment)
      #expect(try flapping.hear("flap") == "ready")

      let importers = try (0..<3).map { _ in
        try Dialogue([Workbench.shared.program("importer")], environment: mount.environment)
      }
      for importer in importers { try importer.say("\(0x50_0000) \(0x50_0001) 10000") }
      for importer in importers {
        let results = try importer.hear("importer").split(separator: " ").compactMap { Int($0) }
        #expect(results.count == 4)
        #expect(results[0] + results[1] == 10000 && results[2] == 0, "connected, withdrawn, anything else")
        #expect(results[3] == Int(RSM_SUCCESS), "the connection to the other segment lives")
      }
      flapping.process.process.kill()
    }

    @Test func anotherRsmdInItsPlaceIsTakenForAnother() throws {
      let link = Workbench.shared.directory + "/place-\(getpid())"
      var mount = try TestMount()
      unsafe symlink(mount.path, link)
      defer { unsafe unlink(link) }
      let importer = try Dialogue([Workbench.shared.program("importer")], environment: ["RSM_MOUNT=\(link)"])
      for segment: UInt32 in [0x50_0000, 0x50_0001] {
        let exporter = try SegmentClient(mount, .anybody)
        #expect(try exporter.publish(exporter.export().id, segment, mode: 0o666).result == 0)
        #expect(try importer.ask("\(segment) \(segment) 1") == "1 0 0 \(RSM_SUCCESS)")
        exporter.kill()
        let next = try TestMount()
        unsafe unlink(link)
        unsafe symlink(next.path, link)
        mount = next
      }
    }
  }
}
