import CLinux
import Glibc
package import SystemPackage

/// A VMA as PROCMAP_QUERY describes it.
package struct MappedArea: Equatable, Sendable {
  package let range: PageRange
  package let isReadable: Bool
  package let isWritable: Bool
  package let isAccessible: Bool
  /// Bytes; more than `RSMKernel.pageSize` on hugetlbfs, whose pages are never swapped and never marked locked.
  package let pageSize: UInt
}

/// The address space of a process, asked one VMA at a time through PROCMAP_QUERY on /proc/PID/maps (Linux 6.11).
///
/// Bound to the address space of the moment of opening: `noSuchProcess` after exec and exit.
package struct ProcessMaps: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Parameters:
  ///   - process: a process id, or "self".
  ///   - closesInForkedChild: a descriptor of "self" goes on meaning the parent there.
  package init(process: String, closesInForkedChild: Bool = false) throws(Errno) {
    descriptor = try Descriptor(opening: "/proc/\(process)/maps", flags: O_RDONLY)
    if closesInForkedChild { descriptor.closeInForkedChild() }
  }

  /// The VMA that holds `address`, nil where nothing is mapped.
  package func area(at address: UInt) throws(Errno) -> MappedArea? {
    try query(address, flags: 0)
  }

  /// The VMA that holds `address` or else the next one above it, nil above the last.
  package func area(atOrAfter address: UInt) throws(Errno) -> MappedArea? {
    try query(address, flags: CLINUX_VMA_COVERING_OR_NEXT)
  }

  /// Visits the parts of `range` that lie in one VMA each, in order. Holes are left out.
  package func forEachArea(
    in range: PageRange, _ visit: (PageRange, MappedArea) throws(Errno) -> Void
  ) throws(Errno) {
    var address = range.start
    while address < range.end {
      guard let area = try area(atOrAfter: address),
        let part = area.range.intersection(PageRange(start: address, end: range.end))
      else { return }
      try visit(part, area)
      address = part.end
    }
  }

  /// Whether the VMA at `address` is made of the kernel's own pages, [vvar] or [vdso]: mlock2(2) does not lock them, although
  /// MADV_COLD takes some for locked.
  package func isKernelMemory(at address: UInt) throws(Errno) -> Bool {
    var query = clinux_procmap_query()
    query.size = UInt64(MemoryLayout<clinux_procmap_query>.size)
    query.query_addr = UInt64(address)
    var name = [UInt8](repeating: 0, count: 32)
    let descriptor = descriptor.raw
    do {
      _ = try checkedRetrying {
        unsafe name.withUnsafeMutableBytes { bytes in
          query.vma_name_size = UInt32(bytes.count)
          query.vma_name_addr = UInt64(UInt(bitPattern: bytes.baseAddress))
          return unsafe clinux_procmap_query(descriptor, &query)
        }
      }
    } catch .fileNameTooLong {
      return false
    }
    return name.starts(with: "[v".utf8)
  }

  private func query(_ address: UInt, flags: UInt64) throws(Errno) -> MappedArea? {
    guard !KernelFeature.procmapQuery.isOff else { throw .inappropriateIOCTLForDevice }
    var query = clinux_procmap_query()
    query.size = UInt64(MemoryLayout<clinux_procmap_query>.size)
    query.query_flags = flags
    query.query_addr = UInt64(address)
    do {
      _ = try checkedRetrying { unsafe clinux_procmap_query(descriptor.raw, &query) }
    } catch .noSuchFileOrDirectory {
      return nil
    }
    return MappedArea(
      range: PageRange(start: UInt(query.vma_start), end: UInt(query.vma_end)),
      isReadable: query.vma_flags & CLINUX_VMA_READABLE != 0,
      isWritable: query.vma_flags & CLINUX_VMA_WRITABLE != 0,
      isAccessible: query.vma_flags & (CLINUX_VMA_READABLE | CLINUX_VMA_WRITABLE | CLINUX_VMA_EXECUTABLE) != 0,
      pageSize: UInt(query.vma_page_size))
  }
}
