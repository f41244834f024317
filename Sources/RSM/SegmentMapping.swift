import Glibc
import RSMKernel
import SystemPackage

/// Memory of a segment in the address space of this process.
enum SegmentMapping {
  /// - Parameter address: where it must go, over whatever is there; nil lets the kernel choose.
  static func map(
    _ pages: Range<UInt>, of memory: ImportedMemory, for rights: AccessRights, at address: UInt? = nil
  ) throws(RSMError) -> UInt {
    let protection = (rights.contains(.read) ? PROT_READ : 0) | (rights.contains(.write) ? PROT_WRITE : 0)
    // Without rights there is no file to map, and the kernel needs none to make pages that nobody can touch.
    let kind = memory.descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED
    do throws(Errno) {
      return UInt(
        bitPattern: try checked {
          Int(
            bitPattern: unsafe mmap(
              UnsafeMutableRawPointer(bitPattern: address ?? 0), pages.count, protection,
              kind | (address == nil ? 0 : MAP_FIXED), memory.descriptor, off_t(pages.lowerBound)))
        })
    } catch {
      throw RSMError(mapping: pages, failed: error)
    }
  }

  static func unmap(_ pages: PageRange) {
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: pages.start), Int(pages.byteCount))
  }
}

extension RSMError {
  fileprivate init(mapping pages: Range<UInt>, failed errno: Errno) {
    let wanted = "cannot map \(pages.count) bytes of a segment, from offset \(pages.lowerBound) on: "
    switch errno {
    case .noMemory:
      self.init(
        .badLength,
        wanted
          + "no room in the address space, or vm.max_map_count (\(MemoryLimits.maxMapCount)) mappings are there; raise that with "
          + "sysctl, raise ulimit -v, or unmap something")
    case .resourceTemporarilyUnavailable:
      self.init(
        .insufficientResources,
        wanted
          + "the process locks all it maps (mlockall(2)) and RLIMIT_MEMLOCK does not suffice; raise it with ulimit -l")
    default:
      self.init(.mapFailed, wanted + "\(errno)")
    }
  }
}
