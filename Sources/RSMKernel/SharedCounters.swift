import CLinux
import Glibc
package import SystemPackage

/// Counters of 64 bits in memory that other processes can map, but only read.
@safe package final class SharedCounters {
  package let count: Int
  private let memory: MemFD
  private let words: UnsafeMutablePointer<UInt64>

  package init(_ name: String, count: Int) throws(Errno) {
    let size = count * MemoryLayout<UInt64>.size
    let memory = try MemFD(name, size: size)
    let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.raw, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .current }
    do throws(Errno) {
      // Only now: the seal forbids to map it for writing, but leaves mappings alone.
      try memory.seal(againstWriting: true)
    } catch {
      unsafe munmap(address, size)
      throw error
    }
    unsafe words = address.bindMemory(to: UInt64.self, capacity: count)
    self.count = count
    self.memory = memory
  }

  deinit {
    unsafe munmap(words, count * MemoryLayout<UInt64>.size)
  }

  package subscript(index: Int) -> UInt64 {
    get {
      precondition(0..<count ~= index, "no such counter")
      return unsafe clinux_load(words + index)
    }
    set {
      precondition(0..<count ~= index, "no such counter")
      unsafe clinux_store(words + index, newValue)
    }
  }

  package func countUp(_ index: Int) {
    precondition(0..<count ~= index, "no such counter")
    unsafe clinux_count_up(words + index)
  }

  /// A descriptor for others, who can map it for reading.
  package func reopen() throws(Errno) -> Descriptor {
    try memory.reopen(writable: false)
  }
}
