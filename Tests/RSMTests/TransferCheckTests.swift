import CRSM
import Glibc
import RSM
import RSMKernel
import Testing

/// What put and get refuse, and in which order they look.
struct TransferCheckTests {
  private let segment: Segment
  private let local: Bytes

  init() throws {
    segment = try Segment(pages: 4)
    local = try Bytes(count: 4096)
  }

  /// Each call is wrong in all the ways of the rows from its own on.
  @Test(arguments: Import.Form.all) func refusesInTheOrderOfTheReference(_ form: Import.Form) throws {
    let memory = local.address
    let width = form.width
    let tooMany = UInt.max
    let importer = try segment.connect(form.isPut ? .read : .write)

    #expect(Import(Token(rawValue: 0)).move(form, 1, 0, tooMany) == RSMERR_BAD_SEG_HNDL)
    #expect(importer.move(form, 1, 0, tooMany) == RSMERR_BAD_ADDR)
    if width > 1 {
      #expect(importer.move(form, 1, memory + 1, tooMany) == RSMERR_BAD_MEM_ALIGNMENT)
      #expect(importer.move(form, width / 2, memory, tooMany) == RSMERR_BAD_MEM_ALIGNMENT)
    }
    #expect(importer.unmap() == RSMERR_SEG_NOT_MAPPED, "those were found before the segment was mapped")
    #expect(importer.move(form, -width, memory, tooMany) == RSMERR_PERM_DENIED)
    #expect(
      importer.map(0, 4096).error == RSMERR_SEG_ALREADY_MAPPED,
      "a refused put or get has mapped the segment all the same")

    let allowed = try segment.connect()
    if width > 1 {
      #expect(allowed.move(form, -width, memory, tooMany / UInt(width) + 1) == RSMERR_BAD_LENGTH)
    }
    let outside: [(Int, UInt)] = [
      (-width, 1), (segment.length, 1), (0, UInt(segment.length / width + 1)), (width, tooMany / UInt(width)),
      (Int.max & ~7, 1), (Int.min, 0),
    ]
    for (offset, count) in outside {
      let error = allowed.move(form, offset, memory, count)
      #expect(error == RSMERR_BAD_OFFSET, "\(count) elements at \(offset)")
    }
    for (offset, count) in [(0, 0), (segment.length, 0), (segment.length - width, 1)] as [(Int, UInt)] {
      #expect(allowed.move(form, offset, memory, count) == RSMERR_BARRIER_UNINITIALIZED)
    }
    let barrier = BarrierObject(on: allowed)
    #expect(allowed.move(form, segment.length, memory, 0) == RSM_SUCCESS)
    segment.withdraw()
    #expect(allowed.move(form, 0, memory, 1) == RSMERR_CONN_ABORTED)
    #expect(allowed.move(form, segment.length, memory, 1) == RSMERR_BAD_OFFSET)
    #expect(allowed.setMode(RSM_BARRIER_MODE_EXPLICIT) == RSM_SUCCESS)
    #expect(allowed.move(form, 0, memory, 1) == RSM_SUCCESS, "in explicit mode it is the close that tells")
    #expect(barrier.destroy() == RSM_SUCCESS)
    #expect(importer.disconnect() == RSM_SUCCESS && allowed.disconnect() == RSM_SUCCESS)
  }

  @Test func theFirstTransferOfAnAbortedConnectionFails() throws {
    let importer = try segment.connect().explicit()
    segment.withdraw()
    #expect(importer.put(0, [1]) == RSMERR_CONN_ABORTED)
    #expect(importer.unmap() == RSMERR_SEG_NOT_MAPPED)
    #expect(importer.disconnect() == RSM_SUCCESS)
  }

  @Test func aConnectionWithoutRightsMovesNothing() throws {
    let importer = try segment.connect([])
    #expect(importer.put(0, [1]) == RSMERR_PERM_DENIED && importer.get(0, 1).0 == RSMERR_PERM_DENIED)
    #expect(importer.unmap() == RSM_SUCCESS)
    #expect(importer.map(0, 4096, RSM_PERM_READ).error == RSMERR_BAD_PERMS)
    let (error, address) = importer.map(0, 4096, RSM_PERM_NONE)
    #expect(error == RSM_SUCCESS && address % pageSize == 0)
    #expect(importer.unmap() == RSM_SUCCESS && importer.disconnect() == RSM_SUCCESS)
  }

  @Test func handlesThatAreNotLiveAreRefused() throws {
    let importer = try segment.connect()
    let barrier = BarrierObject(on: importer)
    #expect(importer.put(0, [1]) == RSM_SUCCESS)
    #expect(importer.disconnect() == RSM_SUCCESS)
    var later: [Import] = []
    for _ in 0..<100 { later.append(try segment.connect()) }
    let forged = (0..<64).map { Import(Token(rawValue: importer.token.rawValue ^ 1 << UInt($0))) }
    for stale in [importer, Import(Token(rawValue: 1)), Import(Token(rawValue: .max))] + forged
    where !later.contains(where: { $0.token == stale.token }) {
      var mode = RSM_BARRIER_MODE_IMPLICIT
      #expect(stale.put(0, [1]) == RSMERR_BAD_SEG_HNDL && stale.get(0, 1).0 == RSMERR_BAD_SEG_HNDL)
      #expect(stale.putv([]).error == RSMERR_BAD_SEG_HNDL && stale.map(0, 0).error == RSMERR_BAD_SEG_HNDL)
      #expect(stale.unmap() == RSMERR_BAD_SEG_HNDL && stale.disconnect() == RSMERR_BAD_SEG_HNDL)
      #expect(stale.setMode(rsm_barrier_mode_t(rawValue: 7)) == RSMERR_BAD_SEG_HNDL)
      let got = unsafe rsm_memseg_import_get_mode(stale.handle, &mode)
      #expect(got == RSMERR_BAD_SEG_HNDL && BarrierObject().initialize(on: stale) == RSMERR_BAD_SEG_HNDL)
    }
    #expect(barrier.close() == RSMERR_BAD_SEG_HNDL)
    for importer in later { #expect(importer.disconnect() == RSM_SUCCESS) }
  }

  @Test func modesAreCheckedAndKept() throws {
    let importer = try segment.connect()
    var mode = RSM_BARRIER_MODE_EXPLICIT
    func current() -> Int32 { unsafe rsm_memseg_import_get_mode(importer.handle, &mode) }
    #expect(current() == RSM_SUCCESS && mode == RSM_BARRIER_MODE_IMPLICIT)
    #expect(importer.setMode(rsm_barrier_mode_t(rawValue: 2)) == RSMERR_BAD_MODE)
    #expect(importer.setMode(RSM_BARRIER_MODE_EXPLICIT) == RSM_SUCCESS)
    #expect(current() == RSM_SUCCESS && mode == RSM_BARRIER_MODE_EXPLICIT)
    let withoutMode = unsafe rsm_memseg_import_get_mode(importer.handle, nil)
    #expect(withoutMode == RSMERR_BAD_ADDR)
    #expect(importer.disconnect() == RSM_SUCCESS)
  }
}
