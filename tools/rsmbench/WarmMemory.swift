import Glibc
import RSMKernel
import SystemPackage

/// Pages that have been touched, 4 KiB each whatever the policy on huge pages, in a VMA of their own.
final class WarmMemory {
  let pages: PageRange

  init(pageCount: Int) throws(Problem) {
    let length = pageCount * Int(pageSize)
    do throws(Errno) {
      // An inaccessible page on each side keeps the VMA from merging with a neighbour.
      let mapping = try checked {
        Int(bitPattern: unsafe mmap(nil, length + 2 * Int(pageSize), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
      }
      let start = UInt(bitPattern: mapping) + pageSize
      pages = PageRange(start: start, end: start + UInt(length))
    } catch {
      throw Problem(message: "cannot map \(pageCount) pages: \(error)")
    }
    guard let memory = unsafe UnsafeMutableRawPointer(bitPattern: pages.start),
      unsafe mprotect(memory, length, PROT_READ | PROT_WRITE) == 0
    else {
      throw Problem(message: "cannot use \(pageCount) pages: \(Errno.current)")
    }
    // EINVAL: a kernel without huge pages.
    _ = unsafe madvise(memory, length, MADV_NOHUGEPAGE)
    unsafe memset(memory, 1, length)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: pages.start - pageSize), Int(pages.byteCount + 2 * pageSize))
  }
}
