import CLinux
import Glibc
package import SystemPackage

/// Which pages of a process are present, and which of its memory is tagged, through PAGEMAP_SCAN on /proc/PID/pagemap (Linux
/// 6.7).
package struct PageMap: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Parameters:
  ///   - process: a process id, or "self".
  ///   - closesInForkedChild: a descriptor of "self" goes on meaning the parent there.
  package init(process: String, closesInForkedChild: Bool = false) throws(Errno) {
    descriptor = try Descriptor(opening: "/proc/\(process)/pagemap", flags: O_RDONLY)
    if closesInForkedChild { descriptor.closeInForkedChild() }
  }

  /// Whether the VMA at `address` carries a tag (`MemoryTag`). Where nothing is mapped the answer means nothing.
  package func isTagged(at address: UInt) throws(Errno) -> Bool {
    try isTaggedAndPresent(PageRange(start: address, end: address + pageSize)) != nil
  }

  /// Whether all of `range` is mapped, tagged and present, asked in one call.
  package func isWhole(_ range: PageRange) throws(Errno) -> Bool {
    try isTaggedAndPresent(range) == true
  }

  /// - Returns: nil if a VMA in `range` carries no tag.
  private func isTaggedAndPresent(_ range: PageRange) throws(Errno) -> Bool? {
    var region = clinux_page_region()
    do throws(Errno) {
      let found = try scan(
        range, for: CLINUX_PAGE_IS_PRESENT, inverted: false, flags: CLINUX_SCAN_CHECK_ASYNC, into: &region)
      return found.count == 1 && region.start == range.start && region.end == range.end
    } catch .notPermitted {
      return nil
    }
  }

  /// Whether every mapped page of `range` is present. Blind to holes: walk the maps as well.
  package func isPresent(_ range: PageRange) throws(Errno) -> Bool {
    var region = clinux_page_region()
    return try scan(range, for: CLINUX_PAGE_IS_PRESENT, inverted: true, into: &region).count == 0
  }

  /// How many pages of `range` are present.
  package func presentPages(in range: PageRange) throws(Errno) -> UInt {
    try count(CLINUX_PAGE_IS_PRESENT, in: range)
  }

  /// How many pages of `range` there is nothing of: neither present nor in swap nor on the way to another page.
  package func emptyPages(in range: PageRange) throws(Errno) -> UInt {
    let known = try count(CLINUX_PAGE_IS_PRESENT, in: range) + count(CLINUX_PAGE_IS_SWAPPED, in: range)
    // A page may have come back between the two questions.
    return known < range.pageCount ? range.pageCount - known : 0
  }

  private func count(_ category: UInt64, in range: PageRange) throws(Errno) -> UInt {
    var pages: UInt = 0
    var rest = range
    while true {
      var region = clinux_page_region()
      let found = try scan(rest, for: category, inverted: false, into: &region)
      guard found.count > 0 else { return pages }
      pages += UInt(region.end - region.start) / pageSize
      guard found.walkEnd < rest.end else { return pages }
      rest = PageRange(start: found.walkEnd, end: rest.end)
    }
  }

  private func scan(
    _ range: PageRange, for category: UInt64, inverted: Bool, flags: UInt64 = 0, into region: inout clinux_page_region
  ) throws(Errno) -> (count: Int, walkEnd: UInt) {
    guard !KernelFeature.pagemapScan.isOff else { throw .inappropriateIOCTLForDevice }
    var argument = clinux_pagemap_scan()
    argument.size = UInt64(MemoryLayout<clinux_pagemap_scan>.size)
    argument.flags = flags
    argument.start = UInt64(range.start)
    argument.end = UInt64(range.end)
    argument.vec_len = 1
    argument.category_inverted = inverted ? category : 0
    argument.category_mask = category
    argument.return_mask = category
    let descriptor = descriptor.raw
    let count = try checkedRetrying {
      unsafe withUnsafeMutablePointer(to: &region) { region in
        argument.vec = UInt64(UInt(bitPattern: region))
        return unsafe clinux_pagemap_scan(descriptor, &argument)
      }
    }
    return (count, UInt(argument.walk_end))
  }
}
