import CRSM
import Glibc
import RSMBackend
import RSMControl
import RSMKernel
import Testing

@Suite struct SegmentTableTests {
  private let table: SegmentTable
  private let page: UInt64 = 4096

  init() throws {
    table = try SegmentTable(limit: 8)
  }

  private func refusal(_ body: () throws(Refusal) -> Void) -> Refusal? {
    do throws(Refusal) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  private func create(by exporter: UInt64 = 1, umask: UInt32 = 0o022) throws(Refusal) -> Export {
    try table.create(
      ExportRequest(
        exporter: exporter, pid: 100, uid: 1000, gid: 1000, address: 0x10000, length: page, umask: umask))
  }

  /// Fills the memory of an export with zeros.
  private func fill(_ export: Export) throws {
    let bytes = [UInt8](repeating: 0, count: Int(page))
    try unsafe bytes.withUnsafeBytes { _ = try unsafe #require(export.memory).file.write($0, at: 0) }
  }

  private func published(_ id: UInt32 = 0, mode: UInt32 = 0o600) throws -> Publication {
    let export = try create()
    try fill(export)
    return try table.publish(export, as: id, mode: mode)
  }

  private let importer = Importer(process: 2, pid: 200, uid: 2000)

  @Test func anExportIsForItsCreator() throws {
    let export = try create()
    #expect(try table.export(export.id, of: 1) === export)
    #expect(refusal { () throws(Refusal) in _ = try table.export(export.id, of: 2) }?.code == RSMERR_NOT_CREATOR)
    #expect(refusal { () throws(Refusal) in _ = try table.export(99, of: 1) }?.code == RSMERR_BAD_SEG_HNDL)
    #expect(!table.destroy(export))
    #expect(refusal { () throws(Refusal) in _ = try table.export(export.id, of: 1) }?.reason == .noSuchExport)
    #expect(try create().id == 2, "ids are not used again")
  }

  @Test func thereAreAsManyAsTheLimitSays() throws {
    let exports = try (1...8).map { _ in try create() }
    let excess = refusal { () throws(Refusal) in _ = try create() }
    #expect(excess == Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noExportLeft))
    _ = table.destroy(exports[3])
    #expect(try create().id == 9)
    #expect(table.count == 8)
  }

  @Test func theLastGenerationSlotIsTheLimit() throws {
    #expect(try SegmentTable(limit: .max).limit == 65_535)
  }

  @Test func memoryHasItsSizeForGood() throws {
    let memory = try #require(try create().memory)
    let other = try memory.file.reopen(writable: true)
    #expect(ftruncate(other.raw, 0) == -1 && ftruncate(other.raw, 1 << 20) == -1)
    var bytes = [UInt8](repeating: 1, count: 8192)
    #expect(unsafe pwrite(other.raw, &bytes, 8192, 0) <= 4096)
    let tooLong = refusal { () throws(Refusal) in
      _ = try table.create(
        ExportRequest(exporter: 1, pid: 1, uid: 0, gid: 0, address: 0, length: .max - 4095, umask: 0))
    }
    #expect(tooLong == Refusal(code: RSMERR_INSUFFICIENT_MEM, reason: .noMemory))
    #expect(table.count == 1)
  }

  @Test func publicationTakesFilledMemoryAnIdAndAnAccessList() throws {
    let export = try create(umask: 0o027)
    func result(_ id: UInt32, _ mode: UInt32) -> Int32? {
      refusal { () throws(Refusal) in _ = try table.publish(export, as: id, mode: mode) }?.code
    }
    #expect(result(0x400000, 0o600) == RSMERR_INTERNAL_ERROR, "it has holes")
    try fill(export)
    for id: UInt32 in [1, 0xfffff, 0x100000, 0x200000, 0x3fffff, 0x8000_0000, .max] {
      #expect(result(id, 0o600) == RSMERR_RESERVED_SEGID, "\(id)")
    }
    for mode: UInt32 in [0o1, 0o111, 0o667, 0o1000, 0o777, 0xffff_fffe] {
      #expect(result(0x400000, mode) == RSMERR_BAD_ACL, "\(mode)")
    }
    #expect(table.publishedCount == 0 && table[segment: 0x400000] == nil)
    let publication = try table.publish(export, as: 0x400000, mode: UInt32(RSM_CTL_MODE_BY_UMASK))
    #expect(publication.mode == 0o640 && publication.segmentID == 0x400000)
    #expect(result(0x500000, 0o600) == RSMERR_SEG_ALREADY_PUBLISHED)
    let other = try create()
    try fill(other)
    #expect(
      refusal { () throws(Refusal) in _ = try table.publish(other, as: 0x400000, mode: 0) }?.code == RSMERR_SEGID_IN_USE
    )
    #expect(try table.publish(other, as: 0x7fff_ffff, mode: 0).mode == 0)
    try table.republish(export, mode: 0o206)
    #expect(publication.mode == 0o206)
    #expect(refusal { () throws(Refusal) in try table.republish(export, mode: 0o1) }?.code == RSMERR_BAD_ACL)
    #expect(try !table.unpublish(export))
    #expect(refusal { () throws(Refusal) in _ = try table.unpublish(export) }?.code == RSMERR_SEG_NOT_PUBLISHED)
    #expect(refusal { () throws(Refusal) in try table.republish(export, mode: 0) }?.code == RSMERR_SEG_NOT_PUBLISHED)
    let again = try table.publish(export, as: 0x400000, mode: 0o600)
    #expect(again.number != publication.number, "the same id is another publication")
  }

  @Test func assignedIDsAscendAndComeBackOldestFirst() throws {
    let export = try create()
    try fill(export)
    var given: [UInt32] = []
    for _ in 0..<1030 {
      given.append(try table.publish(export, as: 0, mode: 0).segmentID)
      _ = try table.unpublish(export)
    }
    let rested = (0...1024).map { 0x8000_0000 + UInt32($0) }
    #expect(given == rested + rested.prefix(5))
  }

  @Test func memoryThatOthersMayHaveIsReplacedByWhatWasReserved() throws {
    let export = try published().export
    #expect(try !table.reserve(export), "nobody had the memory")
    let old = try #require(export.memory)
    old.isGranted = true
    let generation = table.generation(of: export)
    #expect(refusal { () throws(Refusal) in _ = try table.unpublish(export) }?.reason == .notReserved)
    #expect(table.generation(of: export) == generation && export.publication != nil, "nothing has changed")
    #expect(try table.reserve(export))
    let reserve = export.reserve
    #expect(try table.reserve(export) && export.reserve === reserve)
    #expect(try table.unpublish(export))
    #expect(export.memory === reserve && export.reserve == nil && export.memory !== old)
    #expect(refusal { () throws(Refusal) in _ = try table.reserve(export) }?.code == RSMERR_SEG_NOT_PUBLISHED)
  }

  @Test func withdrawalCountsUpAndAborts() throws {
    let publication = try published()
    let export = publication.export
    let memory = export.memory
    let connection = table.connect(importer, rights: .read, to: publication)
    #expect(connection.generation == table.generation(of: export) && connection.memory === memory)
    #expect(table.nextConnection(of: 2, after: 0) == connection.id && table.counts(of: 2).imports == 1)
    #expect(table.nextSegment(of: 1, after: 0) == publication.segmentID && table.counts(of: 1).exports == 1)
    var ended: [UInt64] = []
    table.withdrawn = { ended.append($0) }
    #expect(try !table.unpublish(export), "nobody had the memory")
    #expect(export.memory === memory && connection.isAborted && ended == [publication.number])
    #expect(table.generation(of: export) == connection.generation + 1)
    #expect(table[segment: publication.segmentID] == nil && table[publication: publication.number] == nil)
    #expect(table.connectionCount == 1 && table.nextConnection(of: 2, after: 0) == nil)
    table.disconnect(connection)
    #expect(table.connectionCount == 0 && table.counts(of: 2) == (0, 0) && table.counts(of: 1) == (0, 0))
  }

  @Test func generationsAreNeverReset() throws {
    var last: UInt64 = 0
    for _ in 0..<20 {
      let publication = try published()
      #expect(publication.export.generationSlot == 1 && table.generation(of: publication.export) > last)
      last = table.generation(of: publication.export)
      _ = table.destroy(publication.export)
      #expect(table.generations[1] == last + 1)
    }
    #expect(table.generations[0] > 0 && table.generations[2] == 0)
  }

  @Test func everySegmentIsListedOnce() throws {
    let ids: [UInt32] = [0x700000, 0x400000, 0x7fff_ffff, 0x400001]
    for id in ids { _ = try published(id) }
    var seen: [UInt32] = []
    while let next = table.nextSegment(after: seen.last ?? 0) { seen.append(next) }
    #expect(seen == ids.sorted())
    let exports = ids.compactMap { table[segment: $0]?.export }
    for export in exports { _ = table.destroy(export) }
    #expect(table.nextSegment(after: 0) == nil && table.count == 0)
  }
}
