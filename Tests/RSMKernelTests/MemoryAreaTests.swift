import Glibc
import RSMKernel
import SystemPackage
import Testing

@Suite struct MemoryAreaTests {
  private func areas(_ range: PageRange) throws -> [MemoryArea] {
    try MemoryArea.read(process: "self", overlapping: range).filter { $0.range.intersection(range) != nil }
  }

  @Test func flagsAreThoseOfTheMemory() throws {
    let mapping = try Mapping(anonymous: 6 * pageSize)
    let range = PageRange(start: mapping.start, end: mapping.start + 6 * pageSize)
    let pages = (0..<6).map { PageRange(start: range.start + $0 * pageSize, end: range.start + ($0 + 1) * pageSize) }
    let given: [MemoryArea.Flags] = [.notDumped, .notForked, .neverHuge, [.notDumped, .notForked], [], .locked]
    for (page, flags) in zip(pages, given) { try MemoryAdvice.replay(flags, on: page) }
    try PageLock.lock(pages[5])
    let found = try areas(range)
    #expect(found.dropFirst().dropLast().map(\.range) == pages.dropFirst().dropLast())
    for (area, flags) in zip(found, given) {
      #expect(area.flags.intersection([.notDumped, .notForked, .neverHuge, .locked]) == flags)
      #expect(!area.isShared && area.file == nil && area.protection == PROT_READ | PROT_WRITE)
      #expect(area.protectionKey == 0)
    }
  }

  @Test func filesAreToldBySharingAndIdentity() throws {
    let file = try Descriptor(opening: "/proc/self/exe", flags: O_RDONLY)
    let address = unsafe mmap(nil, Int(pageSize), PROT_READ, MAP_SHARED, file.raw, 0)
    let range = try #require(PageRange(address: UInt(bitPattern: address), length: pageSize))
    defer { unsafe munmap(UnsafeMutableRawPointer(bitPattern: range.start), Int(pageSize)) }
    let area = try #require(try areas(range).first)
    #expect(area.isShared && area.protection == PROT_READ)
    #expect(area.file?.inode == (try FileIdentity(of: file)).inode)
    #expect(area.file?.isSharedMemory == false)
  }

  @Test func memoryOfTheKernelIsMarked() throws {
    let line = try TextFile.read("/proc/self/maps").split(separator: "\n").first { $0.hasSuffix("[vvar]") }
    let bounds = try #require(
      line?.split(separator: " ").first?.split(separator: "-").compactMap { UInt($0, radix: 16) })
    let area = try #require(try areas(PageRange(start: bounds[0], end: bounds[1])).first)
    #expect(area.flags.contains(.device))
  }

  @Test func theFirstStackGrows() throws {
    let all = try MemoryArea.read(process: "self", overlapping: .everything)
    #expect(all.contains { $0.flags.contains(.growing) })
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
  }
}
