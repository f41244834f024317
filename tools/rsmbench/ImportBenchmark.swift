import CLinux
import CRSM
import Glibc
import RSMKernel
import RSMTools
import SystemPackage

/// The figures of `rsmbench import`.
enum ImportBenchmark {
  private static let byteCount = 1 << 20

  static func run(core: Int32?) throws -> [Figure] {
    Limits.raiseLockLimit()
    let mount = try OwnMount.start()
    defer { _ = mount.end() }
    let core = core ?? clinux_last_core()
    // Before this process is bound, for its children have no other cores then.
    let peer = try Peer(besides: core)
    defer { peer.stop() }
    try Limits.bind(toCore: core)
    return [try connection(), try latency(peer)]
  }

  /// A segment that is connected to, mapped, unmapped and disconnected from beside a file of tmpfs.
  private static func connection() throws -> Figure {
    let controller = unsafe try loopback()
    let exported = try unsafe ExportedMemory(
      WarmMemory(pageCount: byteCount / Int(pageSize)), controller)
    let path = "/dev/shm/rsmbench-\(getpid())"
    defer { unsafe unlink(path) }
    let file = Descriptor(owning: try checked { unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) })
    let descriptor = file.raw
    _ = try checked { posix_fallocate(descriptor, 0, off_t(byteCount)) }
    let best = try Contest.best(of: [
      {
        let segment = try unsafe ConnectedSegment(exported.id, controller)
        _ = try segment.map(byteCount)
        try segment.end()
      },
      { try mapFile(path) },
    ])
    try exported.destroy()
    return Figure(
      "connect+map+unmap+disconnect", nanoseconds: best[0], over: "open+mmap+munmap+close of tmpfs", best[1])
  }

  private static func mapFile(_ path: String) throws(Errno) {
    let file = Descriptor(owning: try checked { unsafe open(path, O_RDWR | O_CLOEXEC) })
    let descriptor = file.raw
    let address = try checked {
      Int(bitPattern: unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0))
    }
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount)
  }

  /// A question to the peer and its answer, put with an implicit barrier beside stored; the answer is stored in either case.
  private static func latency(_ peer: Peer) throws -> Figure {
    let segment = try unsafe ConnectedSegment(peer.segment, loopback())
    let words = try segment.map(Int(pageSize))
    try segment.initializeBarrier()
    var number: UInt64 = 0
    let best = try Contest.best(of: [
      {
        number += 1
        try segment.put(number, at: Peer.question)
        words.wait(for: number, at: Peer.answer, yields: peer.sharesCore)
      },
      {
        number += 1
        peer.plain.store(number, at: Peer.question)
        peer.plain.wait(for: number, at: Peer.answer, yields: peer.sharesCore)
      },
    ])
    try segment.end()
    return Figure(
      "put64 and answer of \(peer.sharesCore ? "a peer on this core" : "a peer on another core")",
      nanoseconds: best[0], over: "store and answer", best[1])
  }
}
