import Glibc
import RSMKernel
import SystemPackage

/// So much memory that what is read again after all the rest is in no cache. In huge pages where there are any: the kernel looks at
/// every page of a process that asks about its memory, and that is not to be measured.
final class ColdMemory {
  private static let byteCount = 256 << 20

  private let start: UInt
  private var next = 0

  init() throws(Problem) {
    do throws(Errno) {
      start = UInt(
        bitPattern: try checked {
          Int(
            bitPattern: unsafe mmap(
              nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        })
    } catch {
      throw Problem(message: "cannot map \(Self.byteCount) bytes: \(error)")
    }
    let memory = unsafe UnsafeMutableRawPointer(bitPattern: start)
    _ = unsafe madvise(memory, Self.byteCount, MADV_HUGEPAGE)
    if let memory = unsafe memory { unsafe memset(memory, 1, Self.byteCount) }
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: start), Self.byteCount)
  }

  /// Copies the next `count` bytes.
  func copy(_ count: Int, to target: PageRange) {
    if next + count > Self.byteCount { next = 0 }
    guard let to = unsafe UnsafeMutableRawPointer(bitPattern: target.start),
      let from = unsafe UnsafeRawPointer(bitPattern: start + UInt(next))
    else { return }
    unsafe memcpy(to, from, count)
    next += count
  }
}
