import CRSM
import Glibc
import RSM
import RSMKernel
import Testing

struct MappingTests {
  private let segment: Segment
  private let importer: Import
  private let page = Int(pageSize)

  init() throws {
    segment = try Segment(pages: 4)
    importer = try segment.connect().explicit()
  }

  private func byte(at address: UInt) -> UInt8 {
    unsafe UnsafePointer<UInt8>(bitPattern: address)?.pointee ?? 0
  }

  @Test func aMappingShowsTheSegment() throws {
    segment.exported.number()
    let (error, address) = importer.map(page, 2 * page)
    #expect(error == RSM_SUCCESS && address % pageSize == 0)
    #expect(byte(at: address + 77) == segment.exported[page + 77])
    unsafe UnsafeMutablePointer<UInt8>(bitPattern: address)?.pointee = 201
    #expect(segment.exported[page] == 201)
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(PageLock.state(of: try #require(PageRange(address: address, length: 1))) == .unmapped)
    #expect(importer.unmap() == RSMERR_SEG_NOT_MAPPED)
  }

  /// Each request is wrong in all the ways of the rows from its own on.
  @Test func refusesInTheOrderOfTheReference() throws {
    let reader = try segment.connect(.read)
    let withoutAddress = unsafe rsm_memseg_import_map(reader.handle, nil, RSM_MAP_FIXED, 0o777, 1, 0)
    #expect(withoutAddress == RSMERR_BAD_ADDR)
    #expect(reader.map(0, page, RSM_PERM_READ).error == RSM_SUCCESS)
    #expect(reader.map(-1, 0, 0o777).error == RSMERR_SEG_ALREADY_MAPPED)
    #expect(reader.unmap() == RSM_SUCCESS)
    for permissions in [0o177, 0o500, 0o700, -1] as [Int32] {
      #expect(reader.map(-1, 0, permissions).error == RSMERR_BAD_PERMS)
    }
    #expect(reader.map(-1, 0).error == RSMERR_BAD_LENGTH)
    #expect(reader.map(-1, segment.length + 2).error == RSMERR_BAD_OFFSET)
    #expect(reader.map(Int.min, -1).error == RSMERR_BAD_OFFSET)
    for (offset, length) in [(1, segment.length), (1, -1), (Int.max, Int.max), (segment.length, 1), (5 * page, 1)] {
      #expect(reader.map(offset, length).error == RSMERR_BAD_LENGTH)
    }
    #expect(reader.map(1, 10, fixed: 1).error == RSMERR_BAD_MEM_ALIGNMENT)
    #expect(reader.map(page / 2, 10).error == RSMERR_BAD_MEM_ALIGNMENT)
    #expect(reader.map(0, 10, fixed: 0x7001).error == RSMERR_BAD_MEM_ALIGNMENT)
    #expect(reader.map(0, 10).error == RSMERR_BAD_PERMS)
    segment.withdraw()
    #expect(reader.map(0, 10).error == RSMERR_CONN_ABORTED)
    #expect(reader.map(0, 10, RSM_PERM_READ).error == RSMERR_CONN_ABORTED)
    #expect(reader.unmap() == RSMERR_SEG_NOT_MAPPED && reader.disconnect() == RSM_SUCCESS)
  }

  @Test func aFixedMappingReplacesWhatIsThere() throws {
    segment.exported.number()
    let area = try Bytes(count: 3 * page)
    let wanted = area.address + pageSize
    let (error, address) = importer.map(2 * page, 10, RSM_PERM_READ, fixed: wanted)
    #expect(error == RSM_SUCCESS && address == wanted)
    #expect(area[page..<2 * page] == segment.exported[2 * page..<3 * page] && area[0] == 0 && area[2 * page] == 0)
    #expect(importer.unmap() == RSM_SUCCESS)
  }

  @Test func whereNothingMayBeMappedIsAnError() throws {
    #expect(importer.map(0, page, fixed: 1 << 60).error == RSMERR_BAD_LENGTH)
    #expect(importer.unmap() == RSMERR_SEG_NOT_MAPPED)
    #expect(importer.put(0, [1]) == RSM_SUCCESS)
  }

  @Test func transfersUseTheRightsOfTheConnectionNotOfTheMapping() throws {
    #expect(importer.map(0, segment.length, RSM_PERM_READ).error == RSM_SUCCESS)
    #expect(importer.put(9, [4, 5]) == RSM_SUCCESS && segment.exported[9..<11] == [4, 5])
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(importer.map(0, segment.length, RSM_PERM_NONE).error == RSM_SUCCESS)
    #expect(importer.get(9, 2) == (RSM_SUCCESS, [4, 5]))
  }

  @Test func aWindowLimitsPutAndGetButNotPutv() throws {
    let local = try Bytes(count: page)
    #expect(importer.map(page, page + 10).error == RSM_SUCCESS)
    let inside = [(page, 1), (page, page + 10), (2 * page + 9, 1), (2 * page + 10, 0)]
    let outside = [(0, 1), (page - 1, 1), (page - 1, 2), (2 * page + 9, 2), (2 * page + 10, 1), (3 * page, 1), (0, 0)]
    for (offset, count) in inside { #expect(importer.get(offset, count).error == RSM_SUCCESS) }
    for (offset, count) in outside { #expect(importer.get(offset, count).error == RSMERR_BAD_OFFSET) }
    segment.exported.number()
    #expect(importer.getv([Entry(local: local.address, remoteOffset: 3 * page, length: 100)]) == (RSM_SUCCESS, 0))
    #expect(local[0..<100] == segment.exported[3 * page..<3 * page + 100])
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(importer.get(0, 1).error == RSM_SUCCESS)
  }

  @Test func theLibrarysOwnMappingIsSeenAndGoesWithUnmapOrDisconnect() throws {
    #expect(importer.put(0, [1]) == RSM_SUCCESS)
    #expect(importer.map(0, page).error == RSMERR_SEG_ALREADY_MAPPED)
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(importer.map(0, page).error == RSM_SUCCESS)
    #expect(importer.disconnect() == RSMERR_SEG_STILL_MAPPED)
    #expect(importer.put(0, [2]) == RSM_SUCCESS, "a disconnect that is refused changes nothing")
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(importer.put(0, [1]) == RSM_SUCCESS && importer.disconnect() == RSM_SUCCESS)
    #expect(importer.unmap() == RSMERR_BAD_SEG_HNDL)
  }

  @Test func aMappingOutlivesTheWithdrawal() throws {
    segment.exported.number()
    let (_, address) = importer.map(0, segment.length)
    segment.withdraw()
    #expect(byte(at: address + 3) == segment.exported[3])
    #expect(importer.put(0, [1]) == RSM_SUCCESS, "explicit mode: the bytes are lost, and close tells")
    #expect(importer.disconnect() == RSMERR_SEG_STILL_MAPPED)
    #expect(importer.unmap() == RSM_SUCCESS && importer.disconnect() == RSM_SUCCESS)
  }
}
