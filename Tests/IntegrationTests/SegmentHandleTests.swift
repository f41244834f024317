import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// Local memory handles in scatter-gather transfers, and on memory that gets exported.
@Suite struct SegmentHandleTests {
  private let mount: TestMount
  private let exporter: SegmentProgram
  private let importer: SegmentProgram
  private let id: UInt32 = 0x600000
  private let exported: UInt

  init() throws {
    mount = try TestMount()
    exporter = try SegmentProgram(mount, .anybody)
    importer = try SegmentProgram(mount, .anybodyElse)
    exported = try exporter.export(2, pages: 2, value: 4)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    try importer.expectSuccess("connect 1 0 \(id) 0600 3")
  }

  @Test func handlesNameLocalMemory() throws {
    let memory = try importer.memory(pages: 1, value: 7)
    try importer.expectSuccess("handle 1 4 \(memory) 4000")
    try importer.expect([
      ("putv 3 1 4 4000 0 0 1", RSM_SUCCESS), ("putv 3 1 4 4001 0 0 1", RSMERR_BAD_OFFSET),
      ("putv 3 1 4 3996 0 8 1", RSMERR_BAD_LENGTH), ("putv 3 1 4 8 0 0xffffffffffffffff 1", RSMERR_BAD_LENGTH),
      ("putv 3 1 4 0 8 8 1", RSM_SUCCESS), ("getv 3 1 4 8 4096 8 1", RSM_SUCCESS),
    ])
    #expect(try exporter.number("peek \(exported + 8)") == 7 && importer.number("peek \(memory + 8)") == 4)
    try importer.expectSuccess("free 1 4")
    #expect(try importer.ask("putv 3 1 4 0 8 8 3") == "\(RSMERR_BAD_SGIO) 3", "it has been freed")
    try importer.expect([("putv 3 1 0 0 8 8 1", RSMERR_BAD_SGIO), ("getv 3 1 1 0 8 8 1", RSMERR_BAD_SGIO)])
  }

  @Test func staleHandlesAreRefused() throws {
    let memory = try importer.memory(pages: 1, value: 7)
    try importer.expectSuccess("handle 1 4 \(memory) 4096")
    _ = try importer.ask("munmap \(memory) 4096")
    let there = try importer.number("mmap-at \(memory) 4096")
    #expect(there == memory)
    #expect(try importer.ask("putv 3 1 4 0 8 8 1") == "\(RSMERR_BAD_SGIO) 1")
    #expect(try importer.ask("getv 3 1 4 0 8 8 1") == "\(RSMERR_BAD_SGIO) 1")
    #expect(try importer.number("peek \(memory)") == 0 && exporter.number("peek \(exported + 8)") == 0)
    try importer.expectSuccess("free 1 4")
  }

  @Test func readOnlyMemoryIsForPutvAlone() throws {
    let memory = try importer.memory(pages: 1, value: 7)
    _ = try importer.ask("mprotect \(memory) 4096 \(PROT_READ)")
    try importer.expectSuccess("handle 1 4 \(memory) 4096")
    try importer.expect([("putv 3 1 4 0 8 8 1", RSM_SUCCESS), ("getv 3 1 4 0 8 8 1", RSMERR_BAD_ADDR)])
    #expect(try exporter.number("peek \(exported + 8)") == 7 && importer.number("peek \(memory)") == 7)
  }

  @Test(arguments: [false, true]) func handlesSurviveAnExportOfTheirMemory(isWithdrawn: Bool) throws {
    let memory = try importer.memory(pages: 4, value: 7)
    try importer.expectSuccess("handle 1 4 \(memory + 4096) 8192", "create 1 5 \(memory) 16384 1")
    func expectPinned(_ moment: Comment) throws {
      let file = try mount.handle(try #require(try mount.handleIDs.first))
      #expect(file["State"] == "pinned" && file["Locked"] == "8192", moment)
    }
    try expectPinned("exported")
    try importer.expectSuccess("putv 3 1 4 0 8 8 1", "getv 3 1 4 8 4096 8 1")
    #expect(try exporter.number("peek \(exported + 8)") == 7 && importer.number("peek \(memory + 4104)") == 4)
    if isWithdrawn {
      try importer.expectSuccess("publish 5 \(id + 1) 1 0 0666")
      try exporter.expectSuccess("connect 1 0 \(id + 1) 0600 6", "init 6 1", "put 6 4096 8")
      try importer.expectSuccess("unpublish 5")
      try expectPinned("unpublished")
      try importer.expectSuccess("putv 3 1 4 0 16 8 1")
      #expect(try exporter.number("peek \(exported + 16)") == 8)
    }
    try importer.expectSuccess("destroy 5")
    try expectPinned("destroyed")
    #expect(try importer.number("locked \(memory) 16384") == 2)
    try importer.expectSuccess("putv 3 1 4 4096 24 8 1", "free 1 4")
    #expect(try exporter.number("peek \(exported + 24)") == 7 && importer.number("locked \(memory) 16384") == 0)
  }

  @Test func aHandleOnASegmentIsPinned() throws {
    try exporter.expectSuccess("handle 1 4 \(exported) 8192", "connect 1 0 \(id) 0600 5")
    let file = try mount.handle(try #require(try mount.handleIDs.first))
    #expect(file["State"] == "pinned" && file["Locked"] == "8192")
    try exporter.expectSuccess("putv 5 1 4 0 4000 4096 1", "free 1 4")
    #expect(try exporter.number("peek \(exported + 4000)") == 4, "source and destination may overlap")
    #expect(try exporter.number("locked \(exported) 8192") == 2)
  }
}
