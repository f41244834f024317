import CRSM
import RSM
import RSMTestSupport
import Testing

struct ScatterGatherTests {
  private let segment: Segment
  private let importer: Import
  private let local: Bytes

  init() throws {
    segment = try Segment(pages: 4)
    importer = try segment.connect()
    local = try Bytes(count: 4 * 4096)
  }

  private func good(_ remoteOffset: Int = 0, length: Int = 16) -> Entry {
    Entry(local: local.address, remoteOffset: remoteOffset, length: length)
  }

  @Test func aRequestThatMakesNoSenseIsRefused() {
    let withoutRequest = [rsm_memseg_import_putv(nil), rsm_memseg_import_getv(nil)]
    #expect(withoutRequest == [RSMERR_BAD_SGIO, RSMERR_BAD_SGIO])
    #expect(Import(Token(rawValue: 0)).putv([good()]) == (RSMERR_BAD_SEG_HNDL, 1))
    #expect(Import(Token(rawValue: 0)).putv([]) == (RSMERR_BAD_SEG_HNDL, 99))
    #expect(importer.putv([]) == (RSMERR_BAD_SGIO, 99))
    #expect(importer.getv([Entry](repeating: good(), count: 17)) == (RSMERR_BAD_SGIO, 99))
    #expect(importer.getv([Entry](repeating: good(), count: 16)) == (RSM_SUCCESS, 0))
    var request = unsafe rsm_scat_gath_t()
    unsafe request.remote_handle = importer.handle
    unsafe request.io_request_count = 2
    let withoutVector = unsafe rsm_memseg_import_putv(&request)
    let residual = unsafe request.io_residual_count
    #expect(withoutVector == RSMERR_BAD_SGIO && residual == 2)
  }

  @Test func signalsAreRefusedBeforeAnythingMoves() {
    segment.exported[0] = 5
    #expect(importer.putv([good()], flags: RSM_IMPLICIT_SIGPOST) == (RSMERR_INSUFFICIENT_RESOURCES, 1))
    #expect(segment.exported[0] == 5)
    #expect(importer.putv([good()], flags: RSM_SIGPOST_NO_ACCUMULATE) == (RSM_SUCCESS, 0))
  }

  /// The first entry is right, the second is wrong in all the ways of the rows from its own on; nothing moves.
  @Test func entriesAreCheckedInTheOrderOfTheReferenceBeforeAnyMoves() {
    let beyond = segment.length + 1
    let rows: [(Entry, Int32)] = [
      (Entry(type: 3, local: 0, localOffset: -1, remoteOffset: beyond, length: -1), RSMERR_BAD_SGIO),
      (Entry(type: 0, local: local.address, remoteOffset: 0, length: 1), RSMERR_BAD_SGIO),
      (
        Entry(type: RSM_HANDLE_TYPE, local: local.address, localOffset: -1, remoteOffset: beyond, length: -1),
        RSMERR_BAD_SGIO
      ),
      (Entry(type: RSM_HANDLE_TYPE, local: 0, remoteOffset: 0, length: 0), RSMERR_BAD_SGIO),
      (Entry(type: RSM_HANDLE_TYPE, local: importer.token.rawValue, remoteOffset: 0, length: 0), RSMERR_BAD_SGIO),
      (Entry(local: 0, localOffset: -1, remoteOffset: beyond, length: -1), RSMERR_BAD_ADDR),
      (Entry(local: local.address, localOffset: -1, remoteOffset: 0, length: -1), RSMERR_BAD_OFFSET),
      (Entry(local: local.address, remoteOffset: beyond, length: -1), RSMERR_BAD_OFFSET),
      (Entry(local: local.address, remoteOffset: -1, length: 2), RSMERR_BAD_OFFSET),
      (good(beyond - 1, length: 1), RSMERR_BAD_LENGTH), (good(0, length: beyond), RSMERR_BAD_LENGTH),
      (good(1, length: -1), RSMERR_BAD_LENGTH),
      (Entry(local: .max - 3, localOffset: 1, remoteOffset: 0, length: 4), RSMERR_BAD_LENGTH),
    ]
    local.number()
    for (entry, code) in rows {
      #expect(importer.putv([good(), entry]) == (code, 2))
      #expect(importer.getv([good(), entry, good()]) == (code, 3))
    }
    #expect(segment.exported[0..<4096] == [UInt8](repeating: 0, count: 4096))
    let empty = Entry(local: 0, remoteOffset: segment.length, length: 0)
    #expect(importer.putv([good(), empty]) == (RSM_SUCCESS, 0))
  }

  @Test func rightsAndWithdrawalComeBeforeTheEntries() throws {
    let wrong = Entry(type: 9, local: 0, remoteOffset: -1, length: 1)
    let (reader, writer) = (try segment.connect(.read), try segment.connect(.write))
    #expect(reader.putv([wrong]) == (RSMERR_PERM_DENIED, 1) && writer.getv([wrong]) == (RSMERR_PERM_DENIED, 1))
    #expect(reader.getv([good()]) == (RSM_SUCCESS, 0) && writer.putv([good()]) == (RSM_SUCCESS, 0))
    #expect(reader.map(0, 4096, RSM_PERM_READ).error == RSMERR_SEG_ALREADY_MAPPED)
    segment.withdraw()
    #expect(reader.putv([wrong, wrong]) == (RSMERR_CONN_ABORTED, 2))
    #expect(writer.explicit().putv([wrong, wrong]) == (RSMERR_CONN_ABORTED, 2), "in explicit mode, too")
    let fresh = try segment.connect()
    segment.withdraw()
    #expect(fresh.putv([wrong]) == (RSMERR_CONN_ABORTED, 1) && fresh.unmap() == RSMERR_SEG_NOT_MAPPED)
  }

  /// Random lists in both directions, whose pieces overlap each other and, in the program's mapping, the segment itself, against a
  /// model of bytes.
  @Test(arguments: [1, 2, 3] as [UInt64]) func randomListsDoWhatTheModelDoes(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: TestSeed.seed(seed))
    let mapper = try segment.connect()
    let (error, mapped) = mapper.map(0, segment.length)
    #expect(error == RSM_SUCCESS)
    var there = [UInt8](repeating: 0, count: segment.length)
    var here = [UInt8](repeating: 0, count: local.count)
    func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
    for round in 0..<300 {
      local.number(from: round)
      here = local[0..<local.count]
      let isPut = Bool.random(using: &random)
      let entries = (0..<1 + number(below: 16)).map { _ -> Entry in
        let length = number(below: Bool.random(using: &random) ? 40 : 6000)
        let (base, start, offset) = (
          number(below: 2000), number(below: 2000), number(below: segment.length - length + 1)
        )
        let isAlias = number(below: 4) == 0
        let remote = offset
        let (from, to) = isPut ? (base + start, remote) : (remote, base + start)
        let bytes = Array((isPut && !isAlias ? here : there)[from..<from + length])
        if isPut || isAlias {
          there.replaceSubrange(to..<to + length, with: bytes)
        } else {
          here.replaceSubrange(to..<to + length, with: bytes)
        }
        return Entry(
          local: (isAlias ? mapped : local.address) + UInt(base), localOffset: start, remoteOffset: remote,
          length: length)
      }
      let result = isPut ? importer.putv(entries) : importer.getv(entries)
      guard result == (RSM_SUCCESS, 0), segment.exported[0..<segment.length] == there, local[0..<local.count] == here
      else {
        Issue.record("round \(round), \(isPut ? "put" : "get") of \(entries)")
        return
      }
    }
    #expect(mapper.unmap() == RSM_SUCCESS && mapper.disconnect() == RSM_SUCCESS)
  }
}
