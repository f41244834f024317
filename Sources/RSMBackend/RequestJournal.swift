import CRSM
import RSMControl

/// The slots of one open file: the last request of each and its reply, so that a request delivered twice is carried out once.
struct RequestJournal {
  struct Reply {
    var sequence: UInt64 = 0
    var command: UInt32 = 0
    var result: Int32 = 0
    var reason: UInt32 = 0
    var value: UInt64 = 0
    var detail: UInt32 = 0
  }

  /// As many as the client has used so far.
  private var replies: [Reply] = []

  /// - Returns: the kept reply if this request was carried out before, nil if it is the next one of its slot.
  func reply(to slot: rsm_ctl_slot, command: UInt32) throws(Refusal) -> Reply? {
    guard slot.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
    guard slot.slot < RSM_CTL_SLOTS else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .badSlot) }
    let last = slot.slot < replies.count ? replies[Int(slot.slot)] : Reply()
    if slot.sequence == last.sequence &+ 1 { return nil }
    guard slot.sequence == last.sequence, slot.sequence != 0, command == last.command else {
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .badSequence)
    }
    return last
  }

  mutating func keep(_ reply: Reply, in slot: UInt32) {
    while replies.count <= Int(slot) { replies.append(Reply()) }
    replies[Int(slot)] = reply
  }
}
