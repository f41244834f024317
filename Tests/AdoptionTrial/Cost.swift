import Glibc
import RSMKernel
import RSMPinning
import SystemPackage

/// What adoption of locked memory costs beside memcpy(3) and mlock2(2) of the same size, the best of five.
struct Cost {
  let megabytes: UInt

  func print() throws {
    let bytes = megabytes << 20
    var best: [(name: String, time: Duration)] = []
    func measure(_ name: String, _ body: () throws -> Void) rethrows {
      let start = ContinuousClock.now
      try body()
      let time = start.duration(to: .now)
      guard let known = best.firstIndex(where: { $0.name == name }) else { return best.append((name, time)) }
      best[known].time = min(best[known].time, time)
    }
    for _ in 0..<5 {
      let mapping = try Mapping(anonymous: bytes)
      let copy = try Mapping(anonymous: bytes)
      let range = Trial.range(of: mapping)
      for place in [range, Trial.range(of: copy)] {
        try MemoryAdvice.replay(.neverHuge, on: place)
        try MemoryAdvice.populateForWriting(place)
      }
      measure("memcpy") {
        unsafe _ = memcpy(
          UnsafeMutableRawPointer(bitPattern: copy.start)!, UnsafeRawPointer(bitPattern: range.start)!, Int(bytes))
      }
      try measure("mlock2") { try PageLock.lock(range) }
      let memory = try Trial.memory(of: bytes)
      let second = try Trial.memory(of: bytes)
      try measure("adopt") { try Relocation.adopt(range, into: memory) }
      let identity = try FileIdentity(of: memory)
      try measure("move") { _ = try Relocation.reserveMove(range, from: identity, into: second).commit() }
      let moved = try FileIdentity(of: second)
      try measure("release") { _ = try Relocation.release(range, from: moved) }
    }
    for (name, time) in best {
      let microseconds = Double(time.components.attoseconds) / 1e12 + Double(time.components.seconds) * 1e6
      Swift.print("\(name)\t\(microseconds / Double(megabytes)) us per MiB, \(time / best[0].time) x memcpy")
    }
  }
}
