import CLinux
import CRSM
import Glibc
import RSMKernel
import Synchronization
import SystemPackage

/// The counters by which rsmd tells that a segment has been withdrawn, mapped for as long as the process lives: connections look at
/// them at every put and get.
@safe struct GenerationCounters: Sendable {
  private static let byteCount = Int(RSM_CTL_GENERATION_SLOTS) * MemoryLayout<UInt64>.size

  private nonisolated(unsafe) let counters: UnsafeMutablePointer<Atomic<UInt64>>

  /// - Parameter file: the memory file that rsmd grants.
  init(mapping file: borrowing Descriptor) throws(Errno) {
    let address = unsafe mmap(nil, Self.byteCount, PROT_READ, MAP_SHARED, file.raw, 0)
    guard unsafe address != MAP_FAILED, let address = unsafe address else { throw .current }
    unsafe counters = address.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// The counter of a segment, nil for a number there cannot be.
  subscript(slot: Int) -> UnsafePointer<Atomic<UInt64>>? {
    guard 0..<Int(RSM_CTL_GENERATION_SLOTS) ~= slot else { return nil }
    return unsafe UnsafePointer(counters + slot)
  }

  /// Nobody counts any more: puts counters there that no connection has been made with, so that all of them are aborted.
  func abandon() {
    let place = unsafe mmap(
      counters, Self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
    guard unsafe place != MAP_FAILED else { return }
    unsafe memset(counters, 0xff, Self.byteCount)
  }
}
