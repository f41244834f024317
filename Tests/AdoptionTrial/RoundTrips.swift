import CStores
import Glibc
import RSMKernel
import RSMPinning
import SystemPackage

/// Moves memory there and back while threads and signal handlers store into it.
struct RoundTrips {
  let count: UInt
  let pages: UInt

  private var byteCount: UInt { pages * pageSize }

  /// Private memory, then a memfd, every fourth time another one, then private memory.
  func run() throws {
    let mapping = try Mapping(anonymous: byteCount)
    let range = Trial.range(of: mapping)
    try PageLock.lock(range)
    let fence = try WriteFence()
    try start(range, withReads: fence.holdsKernel)
    var inexact = 0
    for round in 0..<count {
      let memory = try Trial.memory(of: byteCount)
      try Relocation.adopt(range, into: memory)
      let losses =
        try round % 4 == 0
        ? returnByWayOfOther(range, FileIdentity(of: memory))
        : Relocation.release(range, from: FileIdentity(of: memory))
      if losses != Relocation.Losses() { inexact += 1 }
    }
    report()
    print("fence\t\(fence.holdsKernel ? "full" : "user")")
    print("inexact\t\(inexact)")
    print("locked\t\(PageLock.state(of: range) == .locked)")
  }

  private func returnByWayOfOther(_ range: PageRange, _ old: FileIdentity) throws -> Relocation.Losses {
    let other = try Trial.memory(of: byteCount)
    let move = try Relocation.reserveMove(range, from: old, into: other)
    let losses = try move.commit()
    guard losses == Relocation.Losses() else { return losses }
    return try Relocation.release(range, from: FileIdentity(of: other))
  }

  /// The same exchanges without a fence, until a store is lost.
  func runUnfenced() throws {
    let mapping = try Mapping(anonymous: byteCount)
    let range = Trial.range(of: mapping)
    let exchange = try MemoryExchange()
    try start(range, withReads: false)
    for _ in 0..<count {
      var fresh = try Mapping(anonymous: byteCount)
      let place = Trial.range(of: fresh)
      let chunk = MemoryExchange.Chunk(range, source: range.start, fresh: place, protection: PROT_READ | PROT_WRITE)
      try exchange.exchange(chunk, writing: nil, isFenced: false, toleratesLoss: true)
      fresh.giveAway(place)
    }
    report()
  }

  private func start(_ range: PageRange, withReads: Bool) throws(Errno) {
    _ = try checked { stores_start(range.start, Int(pages), withReads ? 1 : 0) }
  }

  private func report() {
    var result = stores_result()
    unsafe stores_stop(&result)
    print("stores\t\(result.stores)\nlost\t\(result.lost)\nhandled\t\(result.handled)")
    print("handledlost\t\(result.handled_lost)\nmismatches\t\(result.mismatches)")
    print("reads\t\(result.reads)\nfailedreads\t\(result.failed_reads)")
    print("children\t\(result.children)\nbadchildren\t\(result.bad_children)")
  }
}
