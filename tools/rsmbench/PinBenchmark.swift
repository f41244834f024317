import Glibc
import RSMKernel
import RSMTools
import SystemPackage

/// The figures of `rsmbench pin`.
enum PinBenchmark {
  private static let pageCounts = [1, 16, 256, 4096, 65536]
  private static let lockBaseline = "mlock2+munlock"
  private static let requestBaseline = "mlock2+munlock + 2 null ioctls"

  /// Targets are set for root's mounts.
  static var isJudged: Bool { geteuid() == 0 }

  static func run(core: Int32?) throws -> [Figure] {
    try Limits.bind(toCore: core)
    Limits.raiseLockLimit()
    let server = try NullServer()
    defer { server.end() }
    let mount = try OwnMount.start()
    defer { _ = mount.end() }
    let client = try Client()
    let plain = try Client(tags: false)
    // First, while the agent's heap has not grown for anything else.
    let crowd = try HandleCrowd(client, mount: mount.path).figures()
    return try pageCounts.flatMap { try figures(pageCount: $0, client, plain, server) } + UnmapBenchmark.figures()
      + crowd
  }

  private static func figures(
    pageCount: Int, _ client: Client, _ plain: Client, _ server: NullServer
  ) throws -> [Figure] {
    let memory = try WarmMemory(pageCount: pageCount)
    let pages = "\(pageCount) page\(pageCount == 1 ? "" : "s")"
    if let shortage = lockError(memory) {
      guard !isJudged else { throw Problem(message: "cannot lock \(pages): \(shortage)") }
      Notice.write("leaving out \(pages): \(shortage); raise the limit on locked memory (ulimit -l) or run as root")
      return []
    }
    let best = try Contest.best(of: [
      {
        try PageLock.lock(memory.pages)
        PageLock.unlock(memory.pages)
      },
      server.call,
      { try client.free(try client.create(memory)) },
      { try plain.free(try plain.create(memory)) },
    ])
    let (lock, call, handle, untagged) = (best[0], best[1], best[2], best[3])
    let isSmallest = pageCount == pageCounts.first
    let isLargest = pageCount == pageCounts.last
    return [
      Figure(
        "create+free \(pages)", nanoseconds: handle, over: requestBaseline, lock + 2 * call,
        target: isJudged && isSmallest ? 1.25 : nil),
      Figure(
        "create+free \(pages)", nanoseconds: handle, over: lockBaseline, lock,
        target: isJudged && isLargest ? 1.05 : nil),
      Figure(
        "create+free \(pages)", nanoseconds: handle, over: "create+free without tags", untagged,
        target: isJudged ? 1.15 : nil),
      Figure("\(lockBaseline) \(pages)", nanoseconds: lock),
      Figure("null ioctl beside \(pages)", nanoseconds: call),
    ]
  }

  private static func lockError(_ memory: WarmMemory) -> Errno? {
    do throws(Errno) {
      try PageLock.lock(memory.pages)
      PageLock.unlock(memory.pages)
      return nil
    } catch {
      return error
    }
  }
}
