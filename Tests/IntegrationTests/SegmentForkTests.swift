import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// Forked children of exporters and importers.
@Suite struct SegmentForkTests {
  private let mount: TestMount
  private let exporter: SegmentProgram
  private let importer: SegmentProgram
  private let id: UInt32 = 0x600000
  private let address: UInt

  init() throws {
    mount = try TestMount()
    exporter = try SegmentProgram(mount, .anybody)
    importer = try SegmentProgram(mount, .anybodyElse)
    address = try exporter.export(2, pages: 2, value: 4, flags: 1)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "init 3 1", "put 3 0 5")
  }

  @Test func childrenDoNotChangeTheSegmentsOfTheirParent() throws {
    _ = try exporter.export(4, pages: 2)
    let other = try exporter.memory(pages: 2)
    try exporter.expect([
      ("fork unpublish 2", RSMERR_NOT_CREATOR), ("fork republish 2 0", RSMERR_NOT_CREATOR),
      ("fork publish 4 \(id + 1) 0", RSMERR_NOT_CREATOR), ("fork rebind 2 \(other) 8192", RSMERR_NOT_CREATOR),
      ("fork publish-null 2", RSMERR_BAD_SEGID), ("fork rebind 2 0 8192", RSMERR_BAD_ADDR),
      ("fork destroy 2", RSM_SUCCESS),
    ])
    #expect(try mount.number(.segments) == 2 && mount.number(.published) == 1)
    try importer.expectSuccess("put 3 8 6")
    #expect(try exporter.number("peek \(address + 8)") == 6)
    try exporter.expectSuccess("republish 2 0", "rebind 2 \(other) 8192", "unpublish 2", "destroy 2", "destroy 4")
  }

  @Test func childrenMakeTheirOwn() throws {
    let memory = try exporter.memory(pages: 1, value: 9)
    #expect(try exporter.ask("fork create 7 4 \(memory) 4096 0") == "0 set")
    #expect(try mount.waits(for: .segments, toBe: 1))
    #expect(try exporter.code("fork connect 7 0 \(id) 0600 4") == RSM_SUCCESS)
    #expect(try mount.waits(for: .connections, toBe: 1))
    try importer.expectSuccess("put 3 8 6")
  }

  @Test func childrenOfImportersKeepTheirMapping() throws {
    try importer.expectSuccess("unmap 3")
    let mapping = try importer.map(3, pages: 2)
    #expect(try importer.ask("fork poke \(mapping) 44") == "0")
    #expect(try exporter.number("peek \(address)") == 44)
    _ = try importer.code("fork disconnect 3")
    #expect(try importer.number("peek \(mapping)") == 44 && mount.number(.connections) == 1)
    try importer.expectSuccess("put 3 0 45", "unmap 3", "disconnect 3")
  }

  @Test func exportsEndWithTheirCreator() throws {
    let child = Int32(try exporter.number("leave-child"))
    defer { _ = Glibc.kill(child, SIGKILL) }
    exporter.kill()
    #expect(try mount.waits(for: .segments, toBe: 0))
    #expect(Glibc.kill(child, 0) == 0, "the child is still there")
    try importer.expect([
      ("put 3 8 6", RSMERR_CONN_ABORTED), ("connect 1 0 \(id) 0400 4", RSMERR_SEG_NOT_PUBLISHED),
      ("disconnect 3", RSM_SUCCESS),
    ])
  }
}
