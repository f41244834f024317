import Glibc
import RSMKernel
import SystemPackage

/// What a tag costs the program that unmaps tagged memory.
enum UnmapBenchmark {
  private static let rounds = 4000
  private static let pageCount = 16

  static func figures() throws -> [Figure] {
    guard let tag = try? MemoryTag() else {
      Notice.write("leaving out munmap: this process may not have a userfaultfd")
      return []
    }
    var plain: [Duration] = []
    var tagged: [Duration] = []
    for _ in 0..<rounds {
      plain.append(try unmapping { _ in })
      tagged.append(try unmapping { range in try tag.put(on: range) })
    }
    return [
      Figure(
        "munmap \(pageCount) locked and tagged pages", nanoseconds: median(tagged), over: "munmap of locked pages",
        median(plain), target: 1.1)
    ]
  }

  private static func median(_ times: [Duration]) -> Double {
    times.sorted()[times.count / 2] / .nanoseconds(1)
  }

  /// The time it takes to unmap fresh locked memory that has been prepared.
  private static func unmapping(_ prepare: (PageRange) throws -> Void) throws -> Duration {
    let size = pageCount * Int(pageSize)
    let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let range = PageRange(address: UInt(bitPattern: address), length: UInt(size)) else { throw Errno.noMemory }
    try PageLock.lock(range)
    try prepare(range)
    let start = ContinuousClock.now
    unsafe munmap(address, size)
    return start.duration(to: .now)
  }
}
