import CRSM
import Glibc
import Synchronization

/// The slots of one open file: lends each to one request at a time and numbers the requests it carries.
@safe final class RequestSlots: Sendable {
  private let free = Atomic<UInt64>(.max)
  private nonisolated(unsafe) let freeCount: UnsafeMutablePointer<sem_t>
  /// The last sequence number of each slot; only the request that has the slot touches it.
  private nonisolated(unsafe) let sequences: UnsafeMutablePointer<UInt64>

  init() {
    unsafe freeCount = .allocate(capacity: 1)
    unsafe sem_init(freeCount, 0, UInt32(RSM_CTL_SLOTS))
    unsafe sequences = .allocate(capacity: Int(RSM_CTL_SLOTS))
    unsafe sequences.initialize(repeating: 0, count: Int(RSM_CTL_SLOTS))
  }

  deinit {
    unsafe sem_destroy(freeCount)
    unsafe freeCount.deallocate()
    unsafe sequences.deallocate()
  }

  /// Waits for a free slot and runs `body` with it.
  func withSlot<Result, Failure: Error>(_ body: (rsm_ctl_slot) throws(Failure) -> Result) throws(Failure) -> Result {
    while unsafe sem_wait(freeCount) != 0 {}
    let slot = take()
    defer {
      free.bitwiseOr(1 << slot, ordering: .releasing)
      unsafe sem_post(freeCount)
    }
    unsafe sequences[slot] += 1
    return try body(rsm_ctl_slot(slot: UInt32(slot), reserved: 0, sequence: unsafe sequences[slot]))
  }

  /// The semaphore has promised a free bit.
  private func take() -> Int {
    while true {
      let bits = free.load(ordering: .relaxed)
      let slot = bits.trailingZeroBitCount
      guard slot < 64 else { continue }
      let taken = bits & ~(1 << UInt64(slot))
      if free.weakCompareExchange(expected: bits, desired: taken, ordering: .acquiring).exchanged { return slot }
    }
  }
}
