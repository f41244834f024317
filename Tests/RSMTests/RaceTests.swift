import CRSM
import Glibc
import RSM
import RSMKernel
import Synchronization
import Testing

/// Threads that move bytes while others take away what they move them through.
struct RaceTests {
  private let segment: Segment

  init() throws {
    segment = try Segment(pages: 4)
  }

  /// Starts each piece of work in a thread of its own and waits for all.
  private func inThreads(_ works: [@Sendable () -> Void]) async {
    await withTaskGroup(of: Void.self) { group in
      for work in works {
        group.addTask {
          await withCheckedContinuation { continuation in
            Worker.start {
              work()
              continuation.resume()
            }
          }
        }
      }
    }
  }

  /// A put in a mapping that is gone would end this process.
  @Test func transfersEndBeforeTheMappingGoes() async throws {
    let importer = try segment.connect()
    let barrier = BarrierObject(on: importer)
    let (isOver, puts) = (Shared(0), Shared(0))
    let local = try Bytes(count: 4096)
    let putter: @Sendable () -> Void = {
      while isOver.value == 0 {
        let results = [
          importer.move(.all[0], 0, local.address, 4096), importer.move(.all[4], 8, local.address, 16),
          importer.putv([Entry(local: local.address, remoteOffset: 4096, length: 4096)]).error,
        ]
        if results.allSatisfy({ $0 == RSM_SUCCESS }) { puts.add(1) } else { puts.add(1_000_000_000) }
      }
    }
    let unmapper: @Sendable () -> Void = {
      for _ in 0..<200 {
        // Somebody must have mapped it again.
        let before = puts.value
        while puts.value == before { sched_yield() }
        _ = importer.unmap()
      }
      isOver.add(1)
    }
    await inThreads([putter, putter, putter, unmapper])
    #expect(puts.value < 1_000_000_000)
    #expect(barrier.destroy() == RSM_SUCCESS && importer.disconnect() == RSM_SUCCESS)
  }

  /// More threads than can be told from each other without counting.
  @Test func threadsWithoutMarksAreWaitedFor() async throws {
    let importer = try segment.connect()
    let barrier = BarrierObject(on: importer)
    let (arrived, failed) = (Shared(0), Shared(0))
    let crowd: UInt = 1100
    let local = try Bytes(count: 4096)
    let putter: @Sendable () -> Void = {
      let putAll = { if importer.move(.all[0], 0, local.address, 4096) != RSM_SUCCESS { failed.add(1) } }
      putAll()
      arrived.add(1)
      while arrived.value < crowd { usleep(50_000) }
      for _ in 0..<3 { putAll() }
    }
    let unmapper: @Sendable () -> Void = {
      while arrived.value < crowd { usleep(50_000) }
      for _ in 0..<20 { _ = importer.unmap() }
    }
    await inThreads([unmapper] + Array(repeating: putter, count: Int(crowd)))
    #expect(failed.value == 0)
    #expect(barrier.destroy() == RSM_SUCCESS && importer.disconnect() == RSM_SUCCESS)
  }

  /// Every put goes to the connection it was meant for or is refused, though records are used again at once.
  @Test func aConnectionThatEndsIsNotTakenForTheNext() async throws {
    let other = try Segment(pages: 1)
    let (current, isOver, wrong) = (Shared(0), Shared(0), Shared(0))
    let first = try segment.connect().explicit()
    current.store(first.token.rawValue)
    let (segment, local) = (self.segment, try Bytes(count: 64))
    for index in 0..<64 { local[index] = 0x5a }
    let putter: @Sendable () -> Void = {
      while isOver.value == 0 {
        let importer = Import(Token(rawValue: current.value))
        let barrier = BarrierObject()
        let error = importer.move(.all[0], 0, local.address, 64)
        if error != RSM_SUCCESS, error != RSMERR_BAD_SEG_HNDL { wrong.add(1) }
        let initialized = barrier.initialize(on: importer)
        guard initialized == RSM_SUCCESS else {
          if initialized != RSMERR_BAD_SEG_HNDL { wrong.add(1) }
          continue
        }
        for result in [barrier.open(), barrier.close(), barrier.destroy()]
        where result != RSM_SUCCESS && result != RSMERR_BAD_SEG_HNDL {
          // A barrier whose destruction had begun when its segment ended.
          if result != RSMERR_BARRIER_UNINITIALIZED { wrong.add(1) }
        }
      }
    }
    let connector: @Sendable () -> Void = {
      var importer = first
      for _ in 0..<1000 {
        if importer.disconnect() != RSM_SUCCESS { wrong.add(1) }
        // What takes the place of the record must never be put to.
        guard let bystander = try? other.connect().explicit(), let next = try? segment.connect().explicit() else {
          return
        }
        if bystander.disconnect() != RSM_SUCCESS { wrong.add(1) }
        importer = next
        current.store(next.token.rawValue)
      }
      isOver.add(1)
    }
    await inThreads([putter, putter, connector])
    #expect(wrong.value == 0)
    #expect(other.exported[0..<64] == [UInt8](repeating: 0, count: 64))
    #expect(Import(Token(rawValue: current.value)).disconnect() == RSM_SUCCESS)
  }

  @Test func aBarrierOpensAndClosesInManyThreads() async throws {
    let importer = try segment.connect()
    let barriers = (0..<4).map { _ in BarrierKeeper(on: importer) }
    let wrong = Shared(0)
    await inThreads(
      barriers.map { barrier in
        {
          for _ in 0..<5000 where barrier.span() != [RSM_SUCCESS, RSM_SUCCESS, RSM_SUCCESS] { wrong.add(1) }
        }
      })
    #expect(wrong.value == 0 && importer.disconnect() == RSM_SUCCESS)
  }
}

/// A number that threads share.
private final class Shared: Sendable {
  private let number: Atomic<UInt>

  init(_ value: UInt) {
    number = Atomic(value)
  }

  var value: UInt { number.load(ordering: .acquiring) }
  func store(_ value: UInt) { number.store(value, ordering: .releasing) }
  func add(_ value: UInt) { number.add(value, ordering: .relaxed) }
}

/// A barrier that one thread at a time uses.
private final class BarrierKeeper: @unchecked Sendable {
  private let barrier: BarrierObject

  init(on segment: Import) {
    barrier = BarrierObject(on: segment)
  }

  func span() -> [Int32] { [barrier.open(), barrier.order(), barrier.close()] }
}
