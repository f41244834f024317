import Glibc
import RSMKernel
import SystemPackage

/// Mapped memory that tests look at by its index.
@safe final class Bytes: Sendable {
  nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer

  /// Memory of this process alone, of whole pages.
  convenience init(count: Int) throws {
    try self.init(count, MAP_PRIVATE | MAP_ANONYMOUS, -1)
  }

  /// The first bytes of a file, shared with whoever else has them mapped.
  convenience init(mapping file: Int32, _ count: Int) throws {
    try self.init(count, MAP_SHARED, file)
  }

  private init(_ count: Int, _ flags: Int32, _ file: Int32) throws {
    let address = try checked { Int(bitPattern: unsafe mmap(nil, count, PROT_READ | PROT_WRITE, flags, file, 0)) }
    unsafe buffer = UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: count)
  }

  deinit {
    unsafe munmap(buffer.baseAddress, buffer.count)
  }

  var address: UInt { UInt(bitPattern: unsafe buffer.baseAddress) }
  var count: Int { unsafe buffer.count }

  subscript(index: Int) -> UInt8 {
    get { unsafe buffer[index] }
    set { unsafe buffer[index] = newValue }
  }

  subscript(range: Range<Int>) -> [UInt8] {
    get { unsafe Array(buffer[range]) }
    set { unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[range]).copyBytes(from: newValue) }
  }

  /// Different bytes everywhere that a copy could be off by a little.
  func number(from start: Int = 0) {
    let period = min(count, 65_521)
    for index in 0..<period { self[index] = UInt8(truncatingIfNeeded: (index + start) &* 167 >> 3 ^ index) }
    for index in stride(from: period, to: count, by: period) {
      copy(from: self, 0..<min(period, count - index), to: index)
    }
  }

  /// Not by what is tested.
  func copy(from other: Bytes, _ range: Range<Int>, to start: Int) {
    unsafe memmove(buffer.baseAddress! + start, other.buffer.baseAddress! + range.lowerBound, range.count)
  }

  func equals(_ other: Bytes) -> Bool {
    unsafe count == other.count && memcmp(buffer.baseAddress!, other.buffer.baseAddress!, count) == 0
  }
}
