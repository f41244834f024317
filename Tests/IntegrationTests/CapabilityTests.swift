import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// rsmd with no more rights than its unit gives it.
@Suite(.enabled(if: getuid() == 0, "only root can give rights up")) struct CapabilityTests {
  /// The unit of the source tree.
  private static let unit =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/fuse/service/rsmd.service"

  /// The names in `CapabilityBoundingSet=`, as setpriv(1) writes them.
  private static func boundingSet() throws -> [String] {
    let line = try TextFile.read(unit).split(separator: "\n").first { $0.hasPrefix("CapabilityBoundingSet=") }
    let names = try #require(line).dropFirst("CapabilityBoundingSet=".count).split(separator: " ")
    return names.map { $0.dropFirst("CAP_".count).lowercased() }
  }

  /// The capabilities of a process as a set of bits: `CapEff`, `CapBnd` and so on.
  private static func capabilities(_ set: String, of pid: Int32) throws -> UInt64 {
    let text = TextFields(parsing: try TextFile.read("/proc/\(pid)/status"))[set] ?? ""
    return try #require(UInt64(text, radix: 16))
  }

  @Test func theRightsOfTheUnitAreEnough() throws {
    // A right that this root has not got cannot be given to rsmd.
    let resource: UInt64 = 1 << 24
    let hasResource = try Self.capabilities("CapPrm", of: getpid()) & resource != 0
    let names = try Self.boundingSet().filter { hasResource || $0 != "sys_resource" }
    let set = names.map { "+\($0)" }.joined(separator: ",")
    let mount = try TestMount(
      launcher: ["/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,\(set)"])
    let keeper = Int32(try mount.number(.keeper))
    #expect(try Self.capabilities("CapEff", of: keeper).nonzeroBitCount == names.count)
    #expect(try Self.capabilities("CapBnd", of: mount.agent).nonzeroBitCount == names.count)

    let client = try mount.client(.ordinary)
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    let handle = try client.create(controller, memory, 4 * 4096)
    #expect(handle.code == RSM_SUCCESS)
    let file = try mount.handle(1)
    #expect(file["State"] == "pinned" && file["Method"] == "probe" && file["Uid"] == String(User.ordinary.uid))
    _ = try client.ask("munlock \(memory) 4096")
    #expect(try mount.handle(1)["State"] == "unpinned (3 of 4 pages)")
    #expect(try client.free(controller, handle.value) == RSM_SUCCESS)
    #expect(mount.log.isEmpty, "\(mount.log)")
    #expect(mount.end() == .exited(0))
  }
}
