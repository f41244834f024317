import CRSM
import Glibc
import RSMTestSupport
import Testing

/// What the barrier functions refuse, and which refusal comes first.
@Suite struct SegmentBarrierRowTests {
  private let mount: TestMount
  private let program: SegmentProgram

  init() throws {
    mount = try TestMount()
    program = try SegmentProgram(mount)
    _ = try program.export(2, pages: 1)
    try program.expectSuccess("publish 2 0x600000 0", "connect 1 0 0x600000 0600 3", "connect 1 0 0x600000 0600 4")
  }

  @Test func barriersAreLookedAtInOrder() throws {
    try program.expect([
      ("init 0 0", RSMERR_BAD_SEG_HNDL), ("init 2 1", RSMERR_BAD_SEG_HNDL), ("init 3 0", RSMERR_BAD_BARRIER_PTR),
    ])
    for word in ["forget", "open-barrier", "order", "close-barrier"] {
      try program.expect([
        ("\(word) 0", RSMERR_BAD_BARRIER_PTR), ("\(word) 1", RSMERR_BARRIER_UNINITIALIZED),
      ])
    }
    try program.expect([
      ("init 3 1", RSM_SUCCESS), ("order 1", RSMERR_BARRIER_NOT_OPENED), ("close-barrier 1", RSMERR_BARRIER_NOT_OPENED),
      ("open-barrier 1", RSM_SUCCESS), ("order 1", RSM_SUCCESS), ("order 1", RSM_SUCCESS),
      ("close-barrier 1", RSM_SUCCESS), ("close-barrier 1", RSMERR_BARRIER_NOT_OPENED), ("forget 1", RSM_SUCCESS),
      ("forget 1", RSMERR_BARRIER_UNINITIALIZED), ("open-barrier 1", RSMERR_BARRIER_UNINITIALIZED),
    ])
  }

  @Test func barriersKnowThatTheirSegmentIsGone() throws {
    try program.expectSuccess("init 3 1", "open-barrier 1", "disconnect 3")
    try program.expect([
      ("open-barrier 1", RSMERR_BAD_SEG_HNDL), ("order 1", RSMERR_BAD_SEG_HNDL),
      ("close-barrier 1", RSMERR_BAD_SEG_HNDL), ("forget 1", RSMERR_BAD_SEG_HNDL),
      ("forget 1", RSMERR_BARRIER_UNINITIALIZED), ("init 3 1", RSMERR_BAD_SEG_HNDL), ("init 4 1", RSM_SUCCESS),
      ("open-barrier 1", RSM_SUCCESS),
    ])
  }

  @Test func theLastBarrierCountsUntilItIsForgotten() throws {
    try program.expect([
      ("put 3 0 1", RSMERR_BARRIER_UNINITIALIZED), ("init 3 1", RSM_SUCCESS), ("init 3 2", RSM_SUCCESS),
      ("forget 1", RSM_SUCCESS), ("put 3 0 1", RSM_SUCCESS), ("open-barrier 2", RSM_SUCCESS),
      ("put 3 0 2", RSM_SUCCESS),
      ("close-barrier 2", RSM_SUCCESS), ("forget 2", RSM_SUCCESS), ("put 3 0 3", RSMERR_BARRIER_UNINITIALIZED),
      ("set-mode 3 0", RSM_SUCCESS), ("put 3 0 4", RSM_SUCCESS), ("put 4 0 5", RSMERR_BARRIER_UNINITIALIZED),
    ])
  }

  @Test func modesAreExplicitOrImplicit() throws {
    #expect(try program.ask("get-mode 3") == "0 1")
    try program.expect([
      ("set-mode 0 7", RSMERR_BAD_SEG_HNDL), ("set-mode 2 0", RSMERR_BAD_SEG_HNDL), ("set-mode 3 2", RSMERR_BAD_MODE),
      ("set-mode 3 0", RSM_SUCCESS), ("get-mode 0", RSMERR_BAD_SEG_HNDL), ("get-mode-null 0", RSMERR_BAD_SEG_HNDL),
      ("get-mode-null 2", RSMERR_BAD_SEG_HNDL), ("get-mode-null 3", RSMERR_BAD_ADDR),
    ])
    #expect(try program.ask("get-mode 3") == "0 0")
    #expect(try program.ask("get-mode 4") == "0 1")
  }
}
