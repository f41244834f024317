import Glibc

/// The page size of this system, in bytes.
package let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))

/// The memory of this machine, in pages.
package var physicalPages: Int { sysconf(Int32(_SC_PHYS_PAGES)) }

/// A non-empty run of whole pages in one address space: `start` included, `end` not, both page aligned.
package struct PageRange: Equatable, Hashable, Sendable {
  package let start: UInt
  package let end: UInt

  /// The pages of `[address, address + length)`, rounded up at the end.
  ///
  /// - Returns: nil if `address` is not page aligned, `length` is 0, or the rounded end does not fit in an address.
  package init?(address: UInt, length: UInt) {
    let mask = pageSize - 1
    let (padded, padOverflow) = length.addingReportingOverflow(mask)
    let (end, endOverflow) = address.addingReportingOverflow(padded & ~mask)
    guard length > 0, address & mask == 0, !padOverflow, !endOverflow else { return nil }
    self.init(start: address, end: end)
  }

  /// The pages that hold the `length` bytes at `address`, which do not wrap around.
  ///
  /// - Returns: nil for no bytes.
  package init?(covering address: UInt, length: UInt) {
    let mask = pageSize - 1
    guard length > 0 else { return nil }
    self.init(start: address & ~mask, end: (address + length + mask) & ~mask)
  }

  package init(start: UInt, end: UInt) {
    precondition(start < end && (start | end) & (pageSize - 1) == 0, "a page range is aligned and not empty")
    self.start = start
    self.end = end
  }

  /// All addresses but those of the last page.
  package static let everything = PageRange(start: 0, end: ~(pageSize - 1))

  /// Size in bytes.
  package var byteCount: UInt { end - start }

  package var pageCount: UInt { byteCount / pageSize }

  /// The pages in both ranges, nil if there are none.
  package func intersection(_ other: PageRange) -> PageRange? {
    let start = max(start, other.start)
    let end = min(end, other.end)
    return start < end ? PageRange(start: start, end: end) : nil
  }

  /// The pages from `start`, at most `count` of them.
  package func prefix(pages count: UInt) -> PageRange {
    count >= pageCount ? self : PageRange(start: start, end: start + count * pageSize)
  }
}

extension [PageRange] {
  /// Appends a range that starts at or after the end of the last one, as one with it if they touch.
  package mutating func append(joining range: PageRange) {
    if let last, last.end == range.start {
      self[count - 1] = PageRange(start: last.start, end: range.end)
    } else {
      append(range)
    }
  }
}
