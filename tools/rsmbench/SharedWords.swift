import Glibc
import RSMKernel
import Synchronization
import SystemPackage

/// A page of words that other processes read and write at the same time, mapped until this process ends.
@safe struct SharedWords {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// A page that is mapped already.
  init?(at address: UInt) {
    guard let words = unsafe UnsafeMutablePointer<Atomic<UInt64>>(bitPattern: address) else { return nil }
    unsafe self.words = unsafe words
  }

  init(mapping file: Int32) throws(Errno) {
    let address = unsafe mmap(nil, Int(pageSize), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0)
    guard unsafe address != MAP_FAILED, let address = unsafe address else { throw .current }
    unsafe words = address.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  func load(at index: Int) -> UInt64 { unsafe words[index].load(ordering: .acquiring) }

  func store(_ value: UInt64, at index: Int) { unsafe words[index].store(value, ordering: .releasing) }

  func wait(for value: UInt64, at index: Int, yields: Bool) {
    while load(at: index) != value {
      if yields { sched_yield() }
    }
  }
}
