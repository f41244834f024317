import Glibc
import RSMKernel
import RSMPinning
import RSMTestSupport
import SystemPackage
import Testing

/// The engine on real memory; only the errors are made up, where the kernel cannot be made to give them.
@Suite(.serialized) final class PinEngineTests {
  private let memory: PageRange
  private let engine: PinEngine

  init() throws {
    let address = unsafe mmap(nil, 256 * Int(pageSize), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    memory = try #require(PageRange(address: UInt(bitPattern: address), length: 256 * pageSize))
    engine = try PinEngine(chunkPages: 8)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: memory.start), Int(memory.byteCount))
  }

  private func pages(_ range: Range<Int>) -> PageRange {
    PageRange(
      start: memory.start + UInt(range.lowerBound) * pageSize, end: memory.start + UInt(range.upperBound) * pageSize)
  }

  private var lockedPages: [Int] {
    (0..<256).filter { PageLock.state(of: pages($0..<$0 + 1)) == .locked }
  }

  @Test(arguments: [Errno.resourceTemporarilyUnavailable, .notPermitted]) func shortagesAreInsufficientMemory(
    _ errno: Errno
  ) {
    engine.inject { _ in errno }
    #expect(throws: PinError.insufficientMemory(errno)) { try engine.pin(pages(0..<4)) }
    #expect(engine.runs.isEmpty)
  }

  @Test func aLaterChunkThatFailsUndoesTheEarlierOnes() throws {
    let inner = try engine.pin(pages(2..<4))
    let last = pages(24..<32)
    engine.inject { $0.start >= last.start ? .resourceTemporarilyUnavailable : nil }
    #expect(throws: PinError.insufficientMemory(.resourceTemporarilyUnavailable)) { try engine.pin(pages(0..<40)) }
    #expect(lockedPages == [2, 3])
    engine.inject(nil)
    let outer = try engine.pin(pages(0..<40))
    #expect(lockedPages == Array(0..<40))
    engine.unpin(outer)
    engine.unpin(inner)
    #expect(lockedPages.isEmpty)
  }

  /// 100,000 random pins, unpins and refusals; what is locked is always what the live pins cover.
  @Test func whatIsLockedIsWhatIsPinned() throws {
    var random = SeededGenerator(seed: TestSeed.seed(4))
    var live: [Pin] = []
    for step in 0..<100_000 {
      if live.count < 40, Bool.random(using: &random) {
        let start = Int.random(in: 0..<256, using: &random)
        let range = start..<Int.random(in: start + 1...min(start + 30, 256), using: &random)
        let fault = Int.random(in: 0..<4, using: &random) == 0 ? pages(range).start + 8 * pageSize : nil
        engine.inject { chunk in chunk.start == fault ? .resourceTemporarilyUnavailable : nil }
        if let pin = try? engine.pin(pages(range)) { live.append(pin) }
      } else if let index = live.indices.randomElement(using: &random) {
        engine.unpin(live.remove(at: index))
      }
      guard step % 500 == 0 else { continue }
      let expected = (0..<256).filter { page in live.contains { $0.range.intersection(pages(page..<page + 1)) != nil } }
      guard lockedPages == expected else {
        Issue.record("locked pages and pins part at step \(step)")
        return
      }
    }
    for pin in live { engine.unpin(pin) }
    #expect(lockedPages.isEmpty)
  }
}
