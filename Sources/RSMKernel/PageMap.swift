import CLinux
import Glibc
package import SystemPackage

/// Which pages of a process are present, through PAGEMAP_SCAN on /proc/PID/pagemap (Linux 6.7).
package struct PageMap: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Parameter process: a process id, or "self".
  package init(process: String) throws(Errno) {
    descriptor = try Descriptor(opening: "/proc/\(process)/pagemap", flags: O_RDONLY)
  }

  /// Whether every mapped page of `range` is present. Blind to holes: walk the maps as well.
  package func isPresent(_ range: PageRange) throws(Errno) -> Bool {
    var region = clinux_page_region()
    return try scan(range, for: CLINUX_PAGE_IS_PRESENT, inverted: true, into: &region).count == 0
  }

  /// How many pages of `range` are present.
  package func presentPages(in range: PageRange) throws(Errno) -> UInt {
    var present: UInt = 0
    var rest = range
    while true {
      var region = clinux_page_region()
      let found = try scan(rest, for: CLINUX_PAGE_IS_PRESENT, inverted: false, into: &region)
      guard found.count > 0 else { return present }
      present += UInt(region.end - region.start) / pageSize
      guard found.walkEnd < rest.end else { return present }
      rest = PageRange(start: found.walkEnd, end: rest.end)
    }
  }

  private func scan(
    _ range: PageRange, for category: UInt64, inverted: Bool, into region: inout clinux_page_region
  ) throws(Errno) -> (count: Int, walkEnd: UInt) {
    guard !KernelFeature.pagemapScan.isOff else { throw .inappropriateIOCTLForDevice }
    var argument = clinux_pagemap_scan()
    argument.size = UInt64(MemoryLayout<clinux_pagemap_scan>.size)
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
