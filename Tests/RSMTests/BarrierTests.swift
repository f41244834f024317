import CRSM
import RSM
import RSMTestSupport
import Testing

struct BarrierTests {
  private let segment: Segment
  private let importer: Import

  init() throws {
    segment = try Segment(pages: 1)
    importer = try segment.connect()
  }

  @Test func aNullBarrierIsRefused() {
    let results = unsafe [
      rsm_memseg_import_init_barrier(importer.handle, RSM_BARRIER_SEGMENT, nil), rsm_memseg_import_open_barrier(nil),
      rsm_memseg_import_order_barrier(nil), rsm_memseg_import_close_barrier(nil),
      rsm_memseg_import_destroy_barrier(nil),
    ]
    #expect(results.allSatisfy { $0 == RSMERR_BAD_BARRIER_PTR })
    let stale = rsm_memseg_import_init_barrier(nil, RSM_BARRIER_SEGMENT, nil)
    #expect(stale == RSMERR_BAD_SEG_HNDL)
  }

  private func isUninitialized(_ barrier: BarrierObject) -> Bool {
    [barrier.open(), barrier.order(), barrier.close(), barrier.destroy()].allSatisfy {
      $0 == RSMERR_BARRIER_UNINITIALIZED
    }
  }

  @Test func garbageIsNoBarrier() throws {
    let barrier = BarrierObject()
    #expect(isUninitialized(barrier))
    var random = SeededGenerator(seed: 3)
    for _ in 0..<1000 {
      barrier.bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(isUninitialized(barrier))
    }
    let (live, token) = (BarrierObject(on: importer), importer.token.rawValue)
    barrier.bytes = live.bytes
    #expect(isUninitialized(barrier), "a barrier must not be copied")
    barrier.bytes = unsafe withUnsafeBytes(of: token) { unsafe Array($0) } + [UInt8](repeating: 0, count: 16)
    #expect(isUninitialized(barrier))
    #expect(live.open() == RSM_SUCCESS && live.destroy() == RSM_SUCCESS)
    #expect(isUninitialized(live))
  }

  @Test(arguments: [RSM_BARRIER_SEGMENT, RSM_BARRIER_NODE, RSM_BARRIER_NODE_THREAD, rsm_barrier_type_t(rawValue: 0)])
  func aSpanIsOpenedOrderedAndClosed(_ type: rsm_barrier_type_t) {
    let barrier = BarrierObject()
    #expect(barrier.initialize(on: importer, type: type) == RSM_SUCCESS)
    #expect(barrier.order() == RSMERR_BARRIER_NOT_OPENED && barrier.close() == RSMERR_BARRIER_NOT_OPENED)
    for _ in 0..<2 {
      #expect(barrier.open() == RSM_SUCCESS && barrier.order() == RSM_SUCCESS && barrier.order() == RSM_SUCCESS)
      #expect(barrier.close() == RSM_SUCCESS)
      #expect(barrier.order() == RSMERR_BARRIER_NOT_OPENED && barrier.close() == RSMERR_BARRIER_NOT_OPENED)
    }
  }

  @Test(arguments: [1, 65_536, 1 << 20]) func closeAndOrderTellOfAWithdrawal(_ times: Int) {
    let (early, late) = (BarrierObject(on: importer), BarrierObject(on: importer))
    #expect(early.open() == RSM_SUCCESS)
    for _ in 0..<times { segment.withdraw() }
    #expect(early.order() == RSMERR_CONN_ABORTED && early.order() == RSMERR_CONN_ABORTED, "the span goes on")
    #expect(early.close() == RSMERR_CONN_ABORTED && early.close() == RSMERR_BARRIER_NOT_OPENED)
    #expect(late.open() == RSM_SUCCESS && late.close() == RSMERR_CONN_ABORTED)
    #expect(importer.put(0, [1]) == RSMERR_CONN_ABORTED)
  }

  @Test func implicitTransfersLeaveASpanAlone() {
    let barrier = BarrierObject(on: importer)
    #expect(importer.put(0, [1]) == RSM_SUCCESS && barrier.close() == RSMERR_BARRIER_NOT_OPENED)
    #expect(
      barrier.open() == RSM_SUCCESS && importer.put(0, [1]) == RSM_SUCCESS && importer.get(0, 1).error == RSM_SUCCESS)
    #expect(barrier.close() == RSM_SUCCESS)
  }

  @Test func destroyingABarrierUninstallsOnlyItself() {
    let (first, second) = (BarrierObject(on: importer), BarrierObject(on: importer))
    #expect(first.destroy() == RSM_SUCCESS && importer.put(0, [1]) == RSM_SUCCESS)
    #expect(second.destroy() == RSM_SUCCESS && importer.put(0, [1]) == RSMERR_BARRIER_UNINITIALIZED)
    #expect(second.destroy() == RSMERR_BARRIER_UNINITIALIZED)
  }

  /// Also by a program that has cleared the object, or uses its memory again for a barrier of another segment.
  @Test func initialisingAgainIsDestroyingFirst() throws {
    let other = try segment.connect()
    let barrier = BarrierObject(on: importer)
    #expect(barrier.open() == RSM_SUCCESS && barrier.initialize(on: importer) == RSM_SUCCESS)
    #expect(barrier.close() == RSMERR_BARRIER_NOT_OPENED)
    barrier.bytes = [UInt8](repeating: 0, count: 24)
    #expect(barrier.initialize(on: other) == RSM_SUCCESS && other.put(0, [1]) == RSM_SUCCESS)
    #expect(importer.put(0, [1]) == RSMERR_BARRIER_UNINITIALIZED)
    #expect(other.disconnect() == RSM_SUCCESS)
  }

  @Test func barriersOutliveTheirSegmentUnharmed() throws {
    let barriers = (0..<20).map { _ in BarrierObject(on: importer) }
    #expect(barriers[0].open() == RSM_SUCCESS)
    #expect(importer.disconnect() == RSM_SUCCESS)
    let next = try segment.connect()
    for barrier in barriers {
      #expect(
        barrier.open() == RSMERR_BAD_SEG_HNDL && barrier.order() == RSMERR_BAD_SEG_HNDL
          && barrier.close() == RSMERR_BAD_SEG_HNDL)
    }
    #expect(barriers[0].destroy() == RSMERR_BAD_SEG_HNDL && isUninitialized(barriers[0]))
    #expect(barriers[1].initialize(on: next) == RSM_SUCCESS && barriers[1].open() == RSM_SUCCESS)
    #expect(barriers[1].close() == RSM_SUCCESS && next.disconnect() == RSM_SUCCESS)
  }
}
