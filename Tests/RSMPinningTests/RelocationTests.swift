import CStores
import Glibc
import RSMKernel
import RSMPinning
import Synchronization
import SystemPackage
import Testing

/// Relocation of memory of this process, which has several threads.
@Suite(.serialized) final class RelocationTests {
  /// More than two chunks, wherever it starts.
  private static let pageCount: UInt = 1200

  private let mapping: Mapping
  private let range: PageRange
  private let memory: Descriptor
  private let identity: FileIdentity

  init() throws {
    mapping = try Mapping(anonymous: Self.pageCount * pageSize)
    range = PageRange(start: mapping.start, end: mapping.start + Self.pageCount * pageSize)
    memory = Descriptor(owning: try checked { stores_memfd(Int(Self.pageCount * pageSize)) })
    identity = try FileIdentity(of: memory)
    for page in 0..<Self.pageCount { self[page] = 1000 + page }
  }

  /// The first word of a page.
  private subscript(page: UInt) -> UInt {
    get { unsafe UnsafePointer<UInt>(bitPattern: range.start + page * pageSize)!.pointee }
    set { unsafe UnsafeMutablePointer<UInt>(bitPattern: range.start + page * pageSize)!.pointee = newValue }
  }

  private var hasContents: Bool { (0..<Self.pageCount).allSatisfy { self[$0] == 1000 + $0 } }

  private func pages(_ range: Range<UInt>) -> PageRange {
    PageRange(
      start: self.range.start + range.lowerBound * pageSize, end: self.range.start + range.upperBound * pageSize)
  }

  private func areas() throws -> [MemoryArea] {
    try MemoryArea.read(process: "self", overlapping: range)
  }

  private func isPrivate() throws -> Bool { try areas().allSatisfy { !$0.isShared && $0.file == nil } }

  private func protect(_ range: PageRange, _ protection: Int32) {
    unsafe mprotect(UnsafeMutableRawPointer(bitPattern: range.start), Int(range.byteCount), protection)
  }

  private func word(_ page: UInt, of memory: borrowing Descriptor) -> UInt {
    var word: UInt = 0
    let read = unsafe pread(memory.raw, &word, 8, Int(page * pageSize))
    return read == 8 ? word : 0
  }

  private func refusal(of range: PageRange, into memory: borrowing Descriptor) -> RelocationError? {
    do throws(RelocationError) {
      try Relocation.adopt(range, into: memory)
      return nil
    } catch {
      return error
    }
  }

  private func memory(pages: UInt) throws -> Descriptor {
    Descriptor(owning: try checked { stores_memfd(Int(pages * pageSize)) })
  }

  /// Adoption of a range with `flaw` at a page of its own is refused there, and the rest is as it was.
  private func expectRefusal(_ cause: RelocationError.Cause, at page: UInt) throws {
    let refused = refusal(of: range, into: memory)
    let error = try #require(refused)
    #expect(error.cause == cause && error.address == range.start + page * pageSize && error.isUndone, "\(error)")
    #expect(try areas().contains { $0.isShared } == false)
  }

  @Test func memoryKeepsItsAddressContentsAndAccess() throws {
    #expect(try Relocation.kind(of: range) == .privateMemory)
    try Relocation.adopt(range, into: memory)
    #expect(hasContents)
    #expect(try Relocation.kind(of: range) == .sharedMemory)
    let adopted = try areas()
    #expect(adopted.count == 1, "the chunks are one mapping: \(adopted)")
    #expect(adopted.allSatisfy { $0.isShared && $0.file == identity && $0.protection == PROT_READ | PROT_WRITE })
    self[7] = 7
    #expect(word(7, of: memory) == 7)
    self[7] = 1007
    #expect(try Relocation.release(range, from: identity) == Relocation.Losses())
    #expect(hasContents)
    #expect(try isPrivate())
    self[7] = 8
    #expect(word(7, of: memory) == 1007, "whoever has the memory does not see the range any more")
  }

  @Test func movingHouseLeavesTheOldMemoryToOthers() throws {
    try Relocation.adopt(range, into: memory)
    let other = try memory(pages: Self.pageCount)
    let move = try Relocation.reserveMove(range, from: identity, into: other)
    self[900] = 5
    #expect(try move.commit() == Relocation.Losses())
    #expect(self[900] == 5)
    self[900] = 6
    let moved = word(900, of: other)
    let left = word(900, of: memory)
    #expect(moved == 6 && left == 5)
    #expect(try areas().allSatisfy { $0.isShared })
  }

  @Test func flagsAndLocksStay() throws {
    try MemoryAdvice.replay(.notDumped, on: pages(0..<10))
    try MemoryAdvice.replay(.notForked, on: pages(5..<700))
    try MemoryAdvice.replay(.neverHuge, on: pages(650..<1200))
    try PageLock.lock(pages(8..<1000))
    let wanted: MemoryArea.Flags = [.notDumped, .notForked, .neverHuge, .locked]
    func flags() throws -> [MemoryArea.Flags] {
      let areas = try areas()
      return (0..<Self.pageCount).map { page in
        areas.first { $0.range.intersection(pages(page..<page + 1)) != nil }?.flags.intersection(wanted) ?? []
      }
    }
    let before = try flags()
    try Relocation.adopt(range, into: memory)
    #expect(try flags() == before)
    #expect(try Relocation.release(range, from: identity) == Relocation.Losses())
    #expect(try flags() == before)
    #expect(hasContents)
  }

  @Test func memoryMadeUnreadableSinceIsMovedAndReleasedAsItIs() throws {
    try Relocation.adopt(range, into: memory)
    protect(pages(3..<6), PROT_NONE)
    protect(pages(700..<701), PROT_READ)
    let other = try memory(pages: Self.pageCount)
    #expect(try Relocation.reserveMove(range, from: identity, into: other).commit() == Relocation.Losses())
    let hidden = word(4, of: other)
    #expect(hidden == 1004)
    #expect(try Relocation.release(range, from: FileIdentity(of: other)) == Relocation.Losses())
    #expect(try areas().map(\.protection).contains(PROT_NONE) && areas().map(\.protection).contains(PROT_READ))
    protect(range, PROT_READ | PROT_WRITE)
    #expect(hasContents)
    #expect(try isPrivate())
  }

  @Test func whatIsNotThatMemoryAnyMoreStays() throws {
    try Relocation.adopt(range, into: memory)
    let replaced = pages(100..<800)
    unsafe mmap(
      UnsafeMutableRawPointer(bitPattern: replaced.start), Int(replaced.byteCount), PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: pages(850..<851).start), Int(pageSize))
    self[100] = 3
    #expect(try Relocation.release(range, from: identity) == Relocation.Losses())
    #expect(self[99] == 1099 && self[100] == 3 && self[800] == 1800)
    #expect(try isPrivate())
    #expect(try areas().contains { $0.range.intersection(pages(850..<851)) != nil } == false)
  }

  @Test func whatCannotBeAdoptedIsRefusedWithItsCause() throws {
    protect(pages(1000..<1001), PROT_NONE)
    try expectRefusal(.inaccessible, at: 1000)
    protect(pages(1000..<1001), PROT_READ)
    try expectRefusal(.inaccessible, at: 1000)
    unsafe munmap(UnsafeMutableRawPointer(bitPattern: pages(1000..<1001).start), Int(pageSize))
    try expectRefusal(.unmapped, at: 1000)
    let file = try Descriptor(opening: "/tmp", flags: O_RDWR | __O_TMPFILE)
    ftruncate(file.raw, Int(pageSize))
    unsafe mmap(
      UnsafeMutableRawPointer(bitPattern: pages(1000..<1001).start), Int(pageSize), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_FIXED, file.raw, 0)
    let refused = refusal(of: range, into: memory)
    let error = try #require(refused)
    #expect(error.cause == .sharedFile && error.isUndone)
  }

  @Test func theCallerItselfIsRefused() throws {
    var local = 0
    let stack = unsafe withUnsafePointer(to: &local) { UInt(bitPattern: $0) }
    let one = try memory(pages: 1)
    for address in [stack, stores_thread_local()] {
      let page = try #require(PageRange(address: address & ~(pageSize - 1), length: pageSize))
      let refused = refusal(of: page, into: one)
      #expect(refused?.cause == .callingThread)
    }
    let kernel = try MemoryArea.read(process: "self", overlapping: .everything).first { $0.flags.contains(.device) }
    let page = try #require(kernel?.range.prefix(pages: 1))
    let refused = refusal(of: page, into: one)
    #expect(refused?.cause == .kernelMemory)
  }

  @Test func aMemfdThatDoesNotFitChangesNothing() throws {
    let small = try memory(pages: Self.pageCount - 1)
    let refused = refusal(of: range, into: small)
    #expect(refused?.cause == .wrongSize(UInt64((Self.pageCount - 1) * pageSize)))
    _ = try checked { stores_seal(memory.raw, STORES_SEAL_WRITE) }
    let refusedSealed = refusal(of: range, into: memory)
    #expect(refusedSealed?.cause == .destination(.notPermitted))
    #expect(try isPrivate())
    #expect(hasContents)
  }

  @Test func aFailureHalfWayTakesBackWhatHasMoved() throws {
    try PageLock.lock(pages(0..<600))
    guard stores_guard(pages(1100..<1101).start, Int(pageSize)) == 0 else { try Test.cancel("no guard pages here") }
    let refused = refusal(of: range, into: memory)
    let error = try #require(refused)
    #expect(error.cause == .inaccessible && error.isUndone && error.address > range.start)
    #expect(word(0, of: memory) == 1000, "the first chunk had moved")
    #expect(try isPrivate())
    #expect((0..<1100).allSatisfy { self[$0] == 1000 + $0 })
    #expect((0..<600).allSatisfy { PageLock.state(of: pages($0..<$0 + 1)) == .locked })
    #expect(PageLock.state(of: pages(600..<1100)) == .unlocked)
  }

  @Test func whoHasRegisteredTheRangeHasToLetGo() throws {
    for part in [pages(0..<500), pages(500..<1200)] {
      guard stores_register(part.start, Int(part.byteCount)) == 0 else { try Test.cancel("no userfaultfd here") }
    }
    let refused = refusal(of: range, into: memory)
    #expect(refused?.cause == .fenceTaken)
    for part in [pages(0..<500), pages(500..<1200)] {
      #expect(stores_unregister(part.start, Int(part.byteCount)) == 0)
    }
    try Relocation.adopt(range, into: memory)
    #expect(try Relocation.release(range, from: identity) == Relocation.Losses())
    #expect(hasContents)
  }

  @Test func sharedMemoryIsAdoptedAsACopy() throws {
    let shared = try memory(pages: 4)
    let mapping = try Mapping(sharing: shared, byteCount: 4 * pageSize)
    let range = PageRange(start: mapping.start, end: mapping.start + 4 * pageSize)
    #expect(try Relocation.kind(of: range) == .sharedMemory)
    let words = unsafe UnsafeMutablePointer<UInt>(bitPattern: range.start)!
    unsafe words[0] = 11
    let copy = try memory(pages: 4)
    try Relocation.adopt(range, into: copy)
    unsafe words[0] = 12
    #expect(word(0, of: copy) == 12 && word(0, of: shared) == 11)
  }
}
