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
  }

  /// Direction, size, type and number as ioctl(2) packs them: a released command never changes.
  @Test func commandsAreFrozen() {
    #expect(rsm_ctl_hello.command == 0xc040_d501)
    #expect(rsm_ctl_create_handle.command == 0xc038_d510)
    #expect(rsm_ctl_free_handle.command == 0xc020_d511)
    #expect(rsm_ctl_strike_handle.command == 0xc020_d512)
  }

  @Test func everyReasonIsExplained() {
    for reason in 1...18 {
      let explanation = Refusal.Reason(rawValue: UInt32(reason)).explanation
      #expect(!explanation.hasPrefix("rsmd gave reason"), "reason \(reason)")
    }
    #expect(Refusal.Reason(rawValue: 4711).explanation == "rsmd gave reason 4711")
  }
}
