import CLinux
import Glibc
package import SystemPackage

/// Memory that this process mapped for itself, unmapped when its owner goes (mmap(2)).
package struct Mapping: ~Copyable, Sendable {
  /// What has not been given away, nil once all has.
  package private(set) var rest: PageRange?

  /// Where it was mapped.
  package let start: UInt

  /// Private anonymous memory, readable and writable, without pages yet.
  package init(anonymous byteCount: UInt) throws(Errno) {
    let range = try Self.map(byteCount, MAP_PRIVATE | MAP_ANONYMOUS, -1)
    start = range.start
    rest = range
  }

  /// The first `byteCount` bytes of a file, shared, readable and writable.
  package init(sharing descriptor: borrowing Descriptor, byteCount: UInt) throws(Errno) {
    let range = try Self.map(byteCount, MAP_SHARED, descriptor.raw)
    start = range.start
    rest = range
  }

  /// Shared memory of this process mapped once more, readable, whatever access the first mapping gives.
  package init(again range: PageRange) throws(Errno) {
    let address = unsafe clinux_map_again(range.start, range.byteCount)
    guard unsafe address != MAP_FAILED else { throw .current }
    start = UInt(bitPattern: address)
    rest = PageRange(start: start, end: start + range.byteCount)
  }

  deinit {
    if let rest { Self.unmap(rest) }
  }

  /// Forgets the first pages: they have been moved elsewhere, and something else may be mapped where they were.
  package mutating func giveAway(_ part: PageRange) {
    rest = Self.after(part, in: rest)
  }

  /// Unmaps the first pages.
  package mutating func drop(_ part: PageRange) {
    giveAway(part)
    Self.unmap(part)
  }

  private static func after(_ part: PageRange, in rest: PageRange?) -> PageRange? {
    guard let rest, rest.start == part.start, part.end <= rest.end else {
      preconditionFailure("a mapping is given away from its start")
    }
    return part.end < rest.end ? PageRange(start: part.end, end: rest.end) : nil
  }

  private static func map(_ byteCount: UInt, _ flags: Int32, _ descriptor: Int32) throws(Errno) -> PageRange {
    let address = unsafe mmap(nil, Int(byteCount), PROT_READ | PROT_WRITE, flags, descriptor, 0)
    guard unsafe address != MAP_FAILED else { throw .current }
    let start = UInt(bitPattern: address)
    return PageRange(start: start, end: start + byteCount)
  }

  private static func unmap(_ range: PageRange) {
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: range.start), Int(range.byteCount))
  }
}
