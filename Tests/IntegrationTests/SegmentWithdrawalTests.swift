import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// An importer that stores without end while the exporter withdraws its segment in one of four ways.
@Suite struct SegmentWithdrawalTests {
  enum Way: CaseIterable { case unpublish, destroy, exit, kill }

  private let mount: TestMount
  private let exporter: SegmentProgram
  private let importer: SegmentProgram
  private let id: UInt32 = 0x600000
  private let pages: UInt = 16
  private var size: UInt { pages * SegmentProgram.page }

  init() throws {
    mount = try TestMount()
    exporter = try SegmentProgram(mount, .anybody)
    importer = try SegmentProgram(mount, .anybodyElse)
  }

  private func withdraw(_ way: Way) throws {
    switch way {
    case .unpublish: try exporter.expectSuccess("unpublish 2")
    case .destroy: try exporter.expectSuccess("destroy 2")
    case .exit: try exporter.exit()
    case .kill: exporter.kill()
    }
    #expect(try mount.waits(for: .published, toBe: 0))
  }

  @Test(arguments: Way.allCases) func importersAreCutOffAndNeverFault(_ way: Way) throws {
    let address = try exporter.export(2, pages: pages, value: 1)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    // 3: mapped and stored through; 4: used by put and get; 5: explicit mode; 6: not used yet.
    for place in 3...6 { try importer.expectSuccess("connect 1 0 \(id) 0600 \(place)", "init \(place) \(place)") }
    let mapping = try importer.map(3, pages: pages)
    try importer.expectSuccess("put 4 8 2", "set-mode 5 0", "put 5 16 3", "open-barrier 3", "open-barrier 5")
    _ = try importer.ask("start-storing \(mapping) \(size) 77")
    _ = try importer.ask("keep-storing")
    #expect(try exporter.number("different \(address) \(size) 77") == 0)

    try withdraw(way)
    let isThere = way == .unpublish || way == .destroy
    if isThere {
      #expect(try exporter.number("different \(address) \(size) 77") == 0, "the data stay where they were")
      _ = try exporter.ask("fill \(address) \(size) 88")
    }
    _ = try importer.ask("keep-storing")
    #expect(try importer.number("different \(mapping) \(size) 77") == 0)
    let memory = try importer.memory(pages: 1)
    try importer.expect([
      ("put 4 8 9", RSMERR_CONN_ABORTED), ("get 4 8", RSMERR_CONN_ABORTED), ("put 5 8 9", RSM_SUCCESS),
      ("get 5 8", RSM_SUCCESS), ("close-barrier 3", RSMERR_CONN_ABORTED), ("order 5", RSMERR_CONN_ABORTED),
      ("close-barrier 5", RSMERR_CONN_ABORTED), ("close-barrier 5", RSMERR_BARRIER_NOT_OPENED),
      ("open-barrier 5", RSM_SUCCESS), ("close-barrier 5", RSMERR_CONN_ABORTED),
      ("map 6 0 0600 0 4096", RSMERR_CONN_ABORTED), ("put 6 0 1", RSMERR_CONN_ABORTED),
      ("putv 6 2 \(memory) 0 0 8 1", RSMERR_CONN_ABORTED), ("putv 4 2 \(memory) 0 0 8 1", RSMERR_CONN_ABORTED),
      ("getv 5 2 \(memory) 0 0 8 1", RSMERR_CONN_ABORTED), ("putv 3 2 \(memory) 0 0 8 1", RSMERR_CONN_ABORTED),
      ("connect 1 0 \(id) 0400 7", RSMERR_SEG_NOT_PUBLISHED), ("disconnect 3", RSMERR_SEG_STILL_MAPPED),
    ])
    if isThere {
      #expect(try exporter.number("different \(address) \(size) 88") == 0, "nobody reaches the memory any more")
      if way == .destroy { try exporter.expectSuccess("create 1 2 \(address) \(size) 0") }
      try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
      try importer.expect([
        ("put 4 8 9", RSMERR_CONN_ABORTED), ("connect 1 0 \(id) 0600 8", RSM_SUCCESS), ("init 8 7", RSM_SUCCESS),
        ("put 8 8 99", RSM_SUCCESS),
      ])
      #expect(try exporter.number("peek \(address + 8)") == 99)
      #expect(try exporter.number("different \(address) \(size) 88") == 0)
      try importer.expectSuccess("disconnect 8")
    }
    try importer.expectSuccess("disconnect 4", "disconnect 5", "disconnect 6")
    #expect(try mount.waits(for: .connections, toBe: 1))
    #expect(try importer.number("different \(mapping) \(size) 77") == 0, "the mapping stays until it is removed")
  }

  @Test(arguments: Way.allCases) func whatIsAbortedIsUnmappedAndDisconnected(_ way: Way) throws {
    _ = try exporter.export(2, pages: pages)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "connect 1 0 \(id) 0400 4", "init 4 1", "get 4 0")
    let mapping = try importer.map(3, pages: pages)
    try withdraw(way)
    _ = try importer.ask("poke \(mapping) 5")
    try importer.expectSuccess("unmap 3", "disconnect 3", "unmap 4", "disconnect 4")
    #expect(try mount.waits(for: .connections, toBe: 0))
  }

  @Test func rebindingReachesImporters() throws {
    let first = try exporter.export(2, pages: pages, value: 1, flags: 1)
    let second = try exporter.memory(pages: pages, value: 2)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    for place in 3...4 { try importer.expectSuccess("connect 1 0 \(id) 0600 \(place)", "init \(place) \(place)") }
    let mapping = try importer.map(3, pages: pages)
    #expect(try importer.ask("get 4 4096") == "0 1")
    try importer.expectSuccess("open-barrier 3")
    for (now, before, value) in [(second, first, UInt(2)), (first, second, 1), (second, first, 2)] {
      try exporter.expectSuccess("rebind 2 \(now) \(size)")
      #expect(try importer.number("different \(mapping) \(size) \(value)") == 0)
      #expect(try importer.ask("get 4 4096") == "0 \(value)")
      _ = try importer.ask("poke \(mapping + 8) \(value + 50)")
      try importer.expectSuccess("put 4 16 \(value + 60)")
      #expect(try exporter.number("peek \(now + 8)") == value + 50)
      #expect(try exporter.number("peek \(now + 16)") == value + 60)
      #expect(try exporter.number("different \(before) \(size) \(3 - value)") == 0, "the data are not copied")
      _ = try exporter.ask("poke \(before + 24) 0")
      #expect(try exporter.number("different \(now) \(size) \(value)") == 0)
    }
    try importer.expectSuccess("close-barrier 3")
    #expect(try exporter.number("locked \(first) \(size)") == 0 && exporter.number("locked \(second) \(size)") == pages)
    _ = try exporter.ask("poke \(first + 32) 4242")
    #expect(try importer.ask("get 4 32") == "0 0")
  }

  @Test func destroyedSegmentsArePrivateAgain() throws {
    let address = try exporter.export(2, pages: pages, value: 1)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    #expect(try exporter.ask("fork poke \(address) 5") == "0")
    #expect(try exporter.number("peek \(address)") == 5, "a segment is shared with forked children")
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "init 3 1", "put 3 0 6")
    try exporter.expectSuccess("destroy 2")
    #expect(try exporter.ask("fork poke \(address) 7") == "0")
    #expect(try exporter.number("peek \(address)") == 6)
    #expect(try exporter.number("locked \(address) \(size)") == 0)
    #expect(try mount.number(.segments) == 0 && mount.number(.segmentBytes) == 0)
  }
}
