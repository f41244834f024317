import CRSM
import RSMControl
import Testing

@Suite struct ControlABITests {
  @Test func requestsHaveTheSizesOfTheHeader() {
    #expect(MemoryLayout<rsm_ctl_slot>.size == 16)
    #expect(MemoryLayout<rsm_ctl_hello>.size == 64)
    #expect(MemoryLayout<rsm_ctl_create_handle>.size == 56)
    #expect(MemoryLayout<rsm_ctl_free_handle>.size == 32)
    #expect(MemoryLayout<rsm_ctl_strike_handle>.size == 32)
    #expect(MemoryLayout<rsm_ctl_set_moving>.size == 24)
    #expect(MemoryLayout<rsm_ctl_create_export>.size == 56)
    #expect(MemoryLayout<rsm_ctl_destroy_export>.size == 32)
    #expect(MemoryLayout<rsm_ctl_publish>.size == 40)
    #expect(MemoryLayout<rsm_ctl_unpublish>.size == 32)
    #expect(MemoryLayout<rsm_ctl_republish>.size == 32)
    #expect(MemoryLayout<rsm_ctl_reserve_export>.size == 32)
    #expect(MemoryLayout<rsm_ctl_connect>.size == 48)
    #expect(MemoryLayout<rsm_ctl_disconnect>.size == 16)
    #expect(MemoryLayout<rsm_grant_request>.size == 16)
    #expect(MemoryLayout<rsm_grant_result>.size == 8)
  }

  /// Direction, size, type and number as ioctl(2) packs them: a released command never changes.
  @Test func commandsAreFrozen() {
    #expect(rsm_ctl_hello.command == 0xc040_d501)
    #expect(rsm_ctl_create_handle.command == 0xc038_d510)
    #expect(rsm_ctl_free_handle.command == 0xc020_d511)
    #expect(rsm_ctl_strike_handle.command == 0xc020_d512)
    #expect(rsm_ctl_set_moving.command == 0xc018_d513)
    #expect(rsm_ctl_create_export.command == 0xc038_d520)
    #expect(rsm_ctl_destroy_export.command == 0xc020_d521)
    #expect(rsm_ctl_publish.command == 0xc028_d522)
    #expect(rsm_ctl_unpublish.command == 0xc020_d523)
    #expect(rsm_ctl_republish.command == 0xc020_d524)
    #expect(rsm_ctl_reserve_export.command == 0xc020_d525)
    #expect(rsm_ctl_connect.command == 0xc030_d530)
    #expect(rsm_ctl_disconnect.command == 0xc010_d531)
  }

  @Test func everyReasonIsExplained() {
    for reason in Array(1...18) + Array(32...47) {
      let explanation = Refusal.Reason(rawValue: UInt32(reason)).explanation
      #expect(!explanation.hasPrefix("rsmd gave reason"), "reason \(reason)")
    }
    #expect(Refusal.Reason(rawValue: 4711).explanation == "rsmd gave reason 4711")
  }
}
