import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// What connect, disconnect, map, unmap and transfers refuse, and which refusal comes first.
@Suite struct SegmentImportRowTests {
  private let mount: TestMount
  private let exporter: SegmentProgram
  private let importer: SegmentProgram
  private let id: UInt32 = 0x600000
  private let exported: UInt

  init() throws {
    mount = try TestMount()
    exporter = try SegmentProgram(mount)
    importer = try SegmentProgram(mount, .anybodyElse)
    exported = try exporter.export(2, pages: 4, value: 11)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
  }

  @Test func connectLooksAtItsArgumentsInOrder() throws {
    #expect(try importer.ask("connect 0 1 1 0700 0") == "\(RSMERR_BAD_CTLR_HNDL) untouched")
    #expect(try importer.ask("connect 0 0 \(id) 0600 3") == "\(RSMERR_BAD_CTLR_HNDL) untouched")
    #expect(try exporter.ask("connect 2 0 \(id) 0600 3") == "\(RSMERR_BAD_CTLR_HNDL) untouched")
    #expect(try importer.code("connect 1 1 1 0700 0") == RSMERR_BAD_SEG_HNDL)
    let refused: [(String, Int32)] = [
      ("1 1 0700", RSMERR_PERM_DENIED), ("0 \(id) 0601", RSMERR_PERM_DENIED), ("0 \(id) 0666", RSMERR_PERM_DENIED),
      ("0 \(id) 04600", RSMERR_PERM_DENIED), ("1 \(id) 0600", RSMERR_CTLR_NOT_PRESENT),
      ("1 1 0600", RSMERR_CTLR_NOT_PRESENT), ("0xffffffff \(id) 0600", RSMERR_CTLR_NOT_PRESENT),
      ("0 0 0600", RSMERR_SEG_NOT_PUBLISHED), ("0 1 0600", RSMERR_SEG_NOT_PUBLISHED),
      ("0 \(id + 1) 0400", RSMERR_SEG_NOT_PUBLISHED), ("0 0xffffffff 0", RSMERR_SEG_NOT_PUBLISHED),
    ]
    for (arguments, code) in refused {
      #expect(try importer.ask("connect 1 \(arguments) 3") == "\(code) null", "\(arguments)")
    }
    #expect(try mount.number(.connections) == 0)
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "connect 1 0 \(id) 0600 4")
    #expect(try mount.number(.connections) == 2, "independent of each other")
    try importer.expectSuccess("release 1", "disconnect 3")
    try importer.expect([
      ("connect 1 0 \(id) 0600 5", RSMERR_BAD_CTLR_HNDL), ("disconnect 3", RSMERR_BAD_SEG_HNDL),
      ("disconnect 0", RSMERR_BAD_SEG_HNDL), ("disconnect 1", RSMERR_BAD_SEG_HNDL), ("disconnect 4", RSM_SUCCESS),
    ])
    #expect(try mount.waits(for: .connections, toBe: 0))
  }

  @Test func mapLooksAtItsArgumentsInOrder() throws {
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "connect 1 0 \(id) 0400 4", "connect 1 0 \(id) 0200 5")
    let (fixed, end) = (1, 4 * SegmentProgram.page)
    try importer.expect([
      ("map 0 0 0700 0 0", RSMERR_BAD_SEG_HNDL), ("map 1 0 0600 0 4096", RSMERR_BAD_SEG_HNDL),
      ("map-null 0", RSMERR_BAD_SEG_HNDL), ("map-null 3", RSMERR_BAD_ADDR), ("map 3 0 0700 0 0", RSMERR_BAD_PERMS),
      ("map 3 0 0177 0 4096", RSMERR_BAD_PERMS), ("map 3 0 0500 0 4096", RSMERR_BAD_PERMS),
      ("map 3 0 0600 -1 0", RSMERR_BAD_LENGTH), ("map 3 0 0600 -4096 8192", RSMERR_BAD_OFFSET),
      ("map 3 0 0600 1 \(end)", RSMERR_BAD_LENGTH), ("map 3 0 0600 \(end) 1", RSMERR_BAD_LENGTH),
      ("map 3 0 0600 4096 0xffffffffffffffff", RSMERR_BAD_LENGTH), ("map 3 0 0600 1 4096", RSMERR_BAD_MEM_ALIGNMENT),
      ("map 3 \(fixed) 0600 1 4096 1", RSMERR_BAD_MEM_ALIGNMENT),
      ("map 3 \(fixed) 0600 0 4096 1", RSMERR_BAD_MEM_ALIGNMENT), ("map 4 0 0600 0 4096", RSMERR_BAD_PERMS),
      ("map 4 0 0200 0 4096", RSMERR_BAD_PERMS), ("map 5 0 0400 0 4096", RSMERR_BAD_PERMS),
      ("unmap 3", RSMERR_SEG_NOT_MAPPED), ("unmap 0", RSMERR_BAD_SEG_HNDL), ("unmap 1", RSMERR_BAD_SEG_HNDL),
      ("map 3 0 0600 4096 5000 17", RSM_SUCCESS), ("map 3 0 0700 -1 0", RSMERR_SEG_ALREADY_MAPPED),
      ("map-null 3", RSMERR_BAD_ADDR), ("disconnect 3", RSMERR_SEG_STILL_MAPPED), ("unmap 3", RSM_SUCCESS),
      ("unmap 3", RSMERR_SEG_NOT_MAPPED), ("map 4 0 0400 0 \(end)", RSM_SUCCESS), ("map 5 0 0200 0 1", RSM_SUCCESS),
      ("map 3 0 0 0 4096", RSM_SUCCESS), ("unmap 3", RSM_SUCCESS),
    ])
    let place = try importer.memory(pages: 1, value: 1)
    #expect(try importer.ask("map 3 \(fixed) 0600 8192 4096 \(place)") == "0 0x\(String(place, radix: 16))")
    #expect(try importer.number("peek \(place)") == 11)
    try importer.expectSuccess("unmap 3", "unmap 4", "unmap 5", "disconnect 3", "disconnect 4", "disconnect 5")
  }

  @Test func aWindowLimitsTransfers() throws {
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "init 3 1", "map 3 0 0600 4096 4096")
    try importer.expect([
      ("put 3 0 1", RSMERR_BAD_OFFSET), ("put 3 4088 1", RSMERR_BAD_OFFSET), ("put 3 4096 21", RSM_SUCCESS),
      ("put 3 8192 1", RSMERR_BAD_OFFSET), ("get 3 8184", RSM_SUCCESS), ("unmap 3", RSM_SUCCESS),
      ("put 3 8192 22", RSM_SUCCESS), ("map 3 0 0600 0 4096", RSMERR_SEG_ALREADY_MAPPED), ("unmap 3", RSM_SUCCESS),
      ("get 3 16376", RSM_SUCCESS), ("get 3 16384", RSMERR_BAD_OFFSET), ("disconnect 3", RSM_SUCCESS),
    ])
    #expect(try exporter.number("peek \(exported + 4096)") == 21)
    #expect(try exporter.number("peek \(exported + 8192)") == 22 && exporter.number("peek \(exported)") == 11)
  }

  @Test func transfersLookAtTheirArgumentsInOrder() throws {
    let memory = try importer.memory(pages: 1)
    try importer.expectSuccess("connect 1 0 \(id) 0400 3", "connect 1 0 \(id) 0200 4", "connect 1 0 \(id) 0 5")
    for word in ["put-bytes", "get-bytes"] {
      let refused = word == "put-bytes" ? 3 : 4
      try importer.expect([
        ("\(word) 0 -1 0 8", RSMERR_BAD_SEG_HNDL), ("\(word) 1 0 \(memory) 8", RSMERR_BAD_SEG_HNDL),
        ("\(word) \(refused) -1 0 8", RSMERR_BAD_ADDR), ("\(word) \(refused) -1 \(memory) 8", RSMERR_PERM_DENIED),
        ("\(word) \(7 - refused) -1 \(memory) 8", RSMERR_BAD_OFFSET),
        ("\(word) \(7 - refused) 16384 \(memory) 1", RSMERR_BAD_OFFSET),
        ("\(word) \(7 - refused) 8 \(memory) 0xffffffffffffffff", RSMERR_BAD_OFFSET),
        ("\(word) \(7 - refused) 8 \(memory) 8", RSMERR_BARRIER_UNINITIALIZED),
        ("\(word) 5 0 \(memory) 8", RSMERR_PERM_DENIED),
      ])
    }
    try importer.expect([("put 4 4 1", RSMERR_BAD_MEM_ALIGNMENT), ("get 4 4", RSMERR_BAD_MEM_ALIGNMENT)])
  }

  @Test func vectorsLookAtTheirArgumentsInOrder() throws {
    let memory = try importer.memory(pages: 1, value: 31)
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "connect 1 0 \(id) 0400 4", "connect 1 0 \(id) 0200 5")
    try importer.expect([
      ("putv-null", RSMERR_BAD_SGIO), ("putv 0 2 \(memory) 0 0 8 0", RSMERR_BAD_SEG_HNDL),
      ("putv 1 2 \(memory) 0 0 8 0", RSMERR_BAD_SEG_HNDL), ("putv 3 2 \(memory) 0 0 8 0", RSMERR_BAD_SGIO),
      ("putv 3 2 \(memory) 0 0 8 17", RSMERR_BAD_SGIO), ("putv-without 3", RSMERR_BAD_SGIO),
      ("putv 4 9 0 0 0 8 1", RSMERR_PERM_DENIED), ("getv 5 9 0 0 0 8 1", RSMERR_PERM_DENIED),
      ("putv 3 3 \(memory) 0 0 8 1", RSMERR_BAD_SGIO), ("putv 3 0 \(memory) 0 0 8 1", RSMERR_BAD_SGIO),
      ("putv 3 1 3 0 0 8 1", RSMERR_BAD_SGIO), ("putv 3 2 0 0 16385 8 1", RSMERR_BAD_ADDR),
      ("putv 3 2 \(memory) 0 16385 8 1", RSMERR_BAD_OFFSET), ("putv 3 2 \(memory) 0 16380 8 1", RSMERR_BAD_LENGTH),
    ])
    #expect(try importer.ask("putv 3 2 \(memory) 0 16380 8 5") == "\(RSMERR_BAD_LENGTH) 5")
    #expect(try importer.ask("putv 3 2 \(memory) 0 8 8 16") == "0 0", "no barrier is needed")
    #expect(try exporter.number("peek \(exported + 8)") == 31)
  }

  @Test func handlesOfAnotherKindAreRefusedEverywhere() throws {
    let memory = try exporter.memory(pages: 1)
    try exporter.expectSuccess("connect 1 0 \(id) 0600 3", "handle 1 4 \(memory) 4096")
    _ = try exporter.ask("set 5 \(memory)")
    _ = try exporter.ask("set 6 0xffffffffffffffff")
    for place in [1, 3, 4, 5, 6] {
      try exporter.expect([
        ("destroy \(place)", RSMERR_BAD_SEG_HNDL), ("rebind \(place) \(memory) 4096", RSMERR_BAD_SEG_HNDL),
        ("publish \(place) \(id + 1) 0", RSMERR_BAD_SEG_HNDL), ("unpublish \(place)", RSMERR_BAD_SEG_HNDL),
        ("republish \(place) 0", RSMERR_BAD_SEG_HNDL),
      ])
    }
    for place in [1, 2, 4, 5, 6] {
      try exporter.expect([
        ("disconnect \(place)", RSMERR_BAD_SEG_HNDL), ("map \(place) 0 0600 0 4096", RSMERR_BAD_SEG_HNDL),
        ("unmap \(place)", RSMERR_BAD_SEG_HNDL), ("put \(place) 0 1", RSMERR_BAD_SEG_HNDL),
        ("get \(place) 0", RSMERR_BAD_SEG_HNDL), ("putv \(place) 2 \(memory) 0 0 8 1", RSMERR_BAD_SEG_HNDL),
        ("init \(place) 1", RSMERR_BAD_SEG_HNDL), ("set-mode \(place) 1", RSMERR_BAD_SEG_HNDL),
        ("get-mode \(place)", RSMERR_BAD_SEG_HNDL),
      ])
    }
    for place in [2, 3, 4, 5, 6] {
      try exporter.expect([
        ("create \(place) 9 \(memory) 4096 0", RSMERR_BAD_CTLR_HNDL),
        ("connect \(place) 0 \(id) 0600 9", RSMERR_BAD_CTLR_HNDL), ("release \(place)", RSMERR_BAD_CTLR_HNDL),
        ("handle \(place) 9 \(memory) 4096", RSMERR_BAD_CTLR_HNDL),
      ])
      if place != 4 { #expect(try exporter.code("free 1 \(place)") == RSMERR_BAD_LOCALMEM_HNDL) }
    }
    try exporter.expectSuccess("free 1 4", "disconnect 3", "destroy 2")
  }
}
