import Glibc
import RSMKernel
import RSMTools

/// The figures of `rsmbench export`.
enum ExportBenchmark {
  private static let megabyte = 1 << 20
  private static let sizes = [1, 16, 64]

  static func run(core: Int32?) throws -> [Figure] {
    try Limits.bind(toCore: core)
    Limits.raiseLockLimit()
    let mount = try OwnMount.start()
    defer { _ = mount.end() }
    let source = try ColdMemory()
    return try sizes.flatMap { try figures(megabytes: $0, source) } + [try crowdedFigure()]
  }

  /// What it costs to export from a process that has much other memory.
  private static func crowdedFigure() throws -> Figure {
    let memory = try WarmMemory(pageCount: megabyte / Int(pageSize))
    let controller = unsafe try loopback()
    let export: Contest.Work = { try unsafe ExportedMemory(memory, controller).destroy() }
    let alone = try Contest.best(of: [export])[0]
    let others = try WarmMemory(pageCount: 256 * megabyte / Int(pageSize))
    let crowded = try withExtendedLifetime(others) { try Contest.best(of: [export])[0] }
    return Figure(
      "export+publish+destroy 1 MiB beside 256 MiB", nanoseconds: crowded, over: "the same without them", alone)
  }

  private static func figures(megabytes: Int, _ source: ColdMemory) throws -> [Figure] {
    let byteCount = megabytes * megabyte
    let memory = try WarmMemory(pageCount: byteCount / Int(pageSize))
    let target = try WarmMemory(pageCount: byteCount / Int(pageSize))
    let controller = unsafe try loopback()
    let best = try Contest.best(of: [
      { try unsafe ExportedMemory(memory, controller).destroy() },
      { source.copy(byteCount, to: target.pages) },
      {
        try PageLock.lock(target.pages)
        PageLock.unlock(target.pages)
      },
    ])
    let name = "export+publish+destroy \(megabytes) MiB"
    return [
      Figure(name, nanoseconds: best[0], over: "memcpy", best[1], target: 12),
      Figure(name, nanoseconds: best[0], over: "mlock2+munlock", best[2]),
    ]
  }
}
