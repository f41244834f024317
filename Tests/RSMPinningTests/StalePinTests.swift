import Glibc
import RSMKernel
import RSMPinning
import SystemPackage
import Testing

/// Pins whose memory becomes other memory under them.
@Suite(.serialized) final class StalePinTests {
  private static let pageCount = 512
  /// MADV_DONTNEED_LOCKED
  private static let discardLocked: Int32 = 24
  private let memory: PageRange
  private let engine: PinEngine

  init() throws {
    let address = unsafe mmap(
      nil, Self.pageCount * Int(pageSize), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    memory = try #require(PageRange(address: UInt(bitPattern: address), length: UInt(Self.pageCount) * pageSize))
    engine = try PinEngine()
  }

  deinit {
    unsafe munmap(pointer(0), Int(memory.byteCount))
  }

  private func pages(_ range: Range<Int>) -> PageRange {
    PageRange(
      start: memory.start + UInt(range.lowerBound) * pageSize, end: memory.start + UInt(range.upperBound) * pageSize)
  }

  private func pointer(_ page: Int) -> UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: memory.start + UInt(page) * pageSize)
  }

  private func bytes(_ range: Range<Int>) -> Int { range.count * Int(pageSize) }

  /// Maps other memory there.
  private func replace(_ range: Range<Int>) {
    _ = unsafe mmap(
      pointer(range.lowerBound), bytes(range), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
  }

  private var lockedPages: [Int] {
    (0..<Self.pageCount).filter { PageLock.state(of: pages($0..<$0 + 1)) == .locked }
  }

  /// The pins that a new pin of `range` strikes.
  private func struck(by range: Range<Int>) throws -> [PageRange] {
    var stale: [Pin] = []
    engine.unpin(try engine.pin(pages(range)) { stale.append($0) })
    #expect(!stale.contains { !$0.isStale })
    return stale.map(\.range).sorted { $0.start < $1.start }
  }

  enum Change: CaseIterable {
    case unmapped, replaced, discarded
  }

  /// Pages 4 and 5 of a pin of 16 change; a neighbour and a pin that overlaps elsewhere stay.
  @Test(arguments: Change.allCases) func aPinOfOtherMemoryIsStruck(_ change: Change) throws {
    let victim = try engine.pin(pages(0..<16))
    let nested = try engine.pin(pages(5..<6))
    let overlapping = try engine.pin(pages(10..<20))
    #expect(victim.taggedPages == 16)
    switch change {
    case .unmapped: unsafe munmap(pointer(4), bytes(4..<6))
    case .replaced: replace(4..<6)
    case .discarded: _ = unsafe madvise(pointer(4), bytes(4..<6), Self.discardLocked)
    }
    // What the pages 4 and 5 are now does not matter for a pin of page 12, nor does it find out.
    #expect(try struck(by: 12..<13).isEmpty)
    #expect(!victim.isStale)
    if change == .unmapped { replace(4..<6) }
    #expect(try struck(by: 4..<6) == [pages(0..<16), pages(5..<6)])
    #expect(victim.isStale && nested.isStale && !overlapping.isStale)
    #expect(lockedPages.filter { $0 < 100 } == Array(10..<20))
    engine.unpin(victim)
    engine.unpin(nested)
    #expect(lockedPages.filter { $0 < 100 } == Array(10..<20))
    engine.unpin(overlapping)
    #expect(engine.runs.isEmpty)
  }

  @Test func useOfAPartAsksAboutThatPart() throws {
    let pin = try engine.pin(pages(0..<16))
    let other = try engine.pin(pages(4..<6))
    unsafe mprotect(pointer(8), bytes(8..<9), PROT_READ)
    try engine.check(pin, pages(0..<16), writing: false)
    try engine.check(pin, pages(0..<8), writing: true)
    #expect(throws: PinError.badAddress(memory.start + 8 * pageSize, .forbidden)) {
      try engine.check(pin, pages(6..<12), writing: true)
    }
    replace(5..<6)
    try engine.check(pin, pages(0..<5), writing: true)
    var struck: [PageRange] = []
    #expect(throws: PinError.stale) { try engine.check(pin, pages(0..<6), writing: false) { struck.append($0.range) } }
    #expect(Set(struck) == [pin.range, other.range])
    #expect(throws: PinError.stale) { try engine.check(pin, pages(0..<1), writing: false) }
    #expect(lockedPages.isEmpty)
  }

  @Test func takingAPinBackLeavesOtherMemoryAlone() throws {
    let pin = try engine.pin(pages(0..<8))
    replace(2..<4)
    _ = unsafe mlock(pointer(2), bytes(2..<4))
    engine.unpin(pin)
    #expect(lockedPages == [2, 3])
  }

  @Test func aNewPinOverReplacedMemoryIsTagged() throws {
    let old = try engine.pin(pages(0..<64))
    replace(0..<64)
    let new = try engine.pin(pages(0..<64))
    #expect(old.isStale && !new.isStale && new.taggedPages == 64)
    engine.unpin(old)
    #expect(lockedPages == Array(0..<64))
    engine.unpin(new)
    #expect(lockedPages.isEmpty)
  }

  /// The last ranges keep their tags for a while after their last pin.
  @Test func aTagThatWasKeptDoesNotStandInTheWay() throws {
    for offset in 0..<20 {
      engine.unpin(try engine.pin(pages(offset * 8..<offset * 8 + 100)))
    }
    #expect(lockedPages.isEmpty)
    replace(0..<400)
    for offset in 0..<20 {
      let pin = try engine.pin(pages(offset * 8..<offset * 8 + 100))
      #expect(pin.taggedPages == 100)
      #expect(try struck(by: 0..<400).isEmpty)
      engine.unpin(pin)
    }
    #expect(lockedPages.isEmpty && engine.runs.isEmpty)
  }

  @Test func memoryWithAnotherUserfaultfdStaysUntagged() throws {
    let other = try MemoryTag()
    try other.put(on: pages(4..<6))
    let pin = try engine.pin(pages(0..<8))
    #expect(pin.taggedPages == 6)
    replace(4..<6)
    #expect(try struck(by: 0..<8).isEmpty)
    replace(0..<1)
    #expect(try struck(by: 0..<8) == [pages(0..<8)])
    #expect(lockedPages.isEmpty)
  }

  @Test func twentyThousandPinsLeaveAsManyMappingsAsThereWere() throws {
    func mappings() throws -> Int { try TextFile.countLines("/proc/self/maps") }
    let count = 20_000
    let address = unsafe mmap(
      nil, 2 * count * Int(pageSize), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let start = UInt(bitPattern: address)
    defer { unsafe munmap(address, 2 * count * Int(pageSize)) }
    // Mappings whose first pages came one by one never merge again, with or without pins.
    if let address = unsafe address { unsafe memset(address, 1, 2 * count * Int(pageSize)) }
    let before = try mappings()
    let pins = try (0..<count).map { page in
      try engine.pin(try #require(PageRange(address: start + 2 * UInt(page) * pageSize, length: pageSize)))
    }
    #expect(try mappings() > before + count)
    pins.forEach(engine.unpin)
    // Other tests of this process map and unmap at the same time.
    let after = try mappings()
    #expect(abs(after - before) < 100)
  }
}
