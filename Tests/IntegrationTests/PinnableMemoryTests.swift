import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// Every kind of memory in the table of what mlock2(2) answers, as root and as a user with a lock limit of 8 MiB.
@Suite struct PinnableMemoryTests {
  static let users = getuid() == 0 ? [User.current, .ordinary] : [.current]

  /// A running client, its controller, and the commands it takes.
  private final class Bench {
    let mount: TestMount
    let client: Dialogue
    let controller: UInt

    init(_ user: User) throws {
      mount = try TestMount()
      client = try mount.client(user)
      controller = try client.controller()
    }

    /// The memory must be refused and nothing of it stay locked.
    func expectRefused(_ address: UInt, pages: UInt, _ code: Int32, _ location: SourceLocation = #_sourceLocation)
      throws
    {
      let before = try client.number("vmlck")
      let outcome = try client.create(controller, address, pages * 4096)
      #expect(outcome.code == code, sourceLocation: location)
      #expect(try client.number("vmlck") == before, sourceLocation: location)
      #expect(try mount.handleIDs.isEmpty, sourceLocation: location)
    }

    /// The memory must be pinned, the kernel must confirm it, and a free must undo it.
    func expectPinned(
      _ address: UInt, pages: UInt, isCounted: Bool = true, _ location: SourceLocation = #_sourceLocation
    ) throws {
      let before = try client.lockedPages(address, pages: pages)
      let outcome = try client.create(controller, address, pages * 4096)
      #expect(outcome.code == RSM_SUCCESS, sourceLocation: location)
      let file = try mount.handle(try #require(try mount.handleIDs.last))
      #expect(file["State"] == "pinned" && file["Locked"] == String(pages * 4096), sourceLocation: location)
      if isCounted { #expect(try client.lockedPages(address, pages: pages) == pages, sourceLocation: location) }
      #expect(try client.free(controller, outcome.value) == RSM_SUCCESS, sourceLocation: location)
      #expect(try client.lockedPages(address, pages: pages) == before, sourceLocation: location)
    }
  }

  @Test(arguments: users) func whatIsNotMappedIsABadAddress(_ user: User) throws {
    let bench = try Bench(user)
    let memory = try bench.client.memory(pages: 8)
    _ = try bench.client.ask("munmap \(memory + 4 * 4096) 4096")
    try bench.expectRefused(memory, pages: 8, RSMERR_BAD_ADDR)
    try bench.expectRefused(memory + 4 * 4096, pages: 1, RSMERR_BAD_ADDR)
    try bench.expectRefused(0, pages: 1, RSMERR_BAD_ADDR)
    try bench.expectRefused(0xffff_8000_0000_0000, pages: 1, RSMERR_BAD_ADDR)
    try bench.expectRefused(0x8000_0000_0000_0000, pages: 2, RSMERR_BAD_ADDR)
    let stack = try bench.client.number("area [stack]")
    try bench.expectRefused(stack - 64 * 4096, pages: 8, RSMERR_BAD_ADDR)
  }

  @Test(arguments: users) func lengthsThatWrapAreBadAddresses(_ user: User) throws {
    let bench = try Bench(user)
    let memory = try bench.client.memory(pages: 2)
    for length in [UInt.max, UInt.max - 4095, UInt.max - 4096, UInt.max - memory + 1, UInt.max - memory] {
      #expect(try bench.client.create(bench.controller, memory, length).code == RSMERR_BAD_ADDR, "\(length)")
    }
    #expect(try bench.client.create(bench.controller, memory, 0).code == RSMERR_BAD_LENGTH)
    #expect(try bench.client.number("vmlck") == 0)
  }

  @Test(arguments: users) func whatHasNoAccessIsABadAddress(_ user: User) throws {
    let bench = try Bench(user)
    let client = bench.client
    try bench.expectRefused(try client.number("mmap 16384 0"), pages: 4, RSMERR_BAD_ADDR)
    try bench.expectRefused(try client.number("mmap 4096 0"), pages: 1, RSMERR_BAD_ADDR)
    let guarded = try client.memory(pages: 8)
    _ = try client.ask("mprotect \(guarded + 5 * 4096) 4096 0")
    try bench.expectRefused(guarded, pages: 8, RSMERR_BAD_ADDR)
    let file = try client.number("memfd 4096 0")
    try bench.expectRefused(try client.number("mmap 8192 3 1 \(file)"), pages: 2, RSMERR_BAD_ADDR)
  }

  /// MADV_GUARD_INSTALL (102), Linux 6.13.
  @Test(arguments: users) func guardPagesAreABadAddress(_ user: User) throws {
    let bench = try Bench(user)
    let memory = try bench.client.memory(pages: 8)
    guard try bench.client.ask("madvise \(memory + 3 * 4096) 4096 102") == "0" else {
      try Test.cancel("MADV_GUARD_INSTALL is missing (Linux 6.13)")
    }
    try bench.expectRefused(memory, pages: 8, RSMERR_BAD_ADDR)
  }

  @Test(arguments: users) func secretMemoryIsABadAddress(_ user: User) throws {
    let bench = try Bench(user)
    guard let file = UInt(try bench.client.ask("secret 8192")) else {
      try Test.cancel("memfd_secret is missing (secretmem.enable, CONFIG_SECRETMEM)")
    }
    let answer = try bench.client.ask("mmap 8192 3 1 \(file)")
    guard let memory = UInt(parsing: answer) else { try Test.cancel("secret memory cannot be mapped: \(answer)") }
    #expect(try bench.client.create(bench.controller, memory, 8192).code == RSMERR_BAD_ADDR)
    #expect(try bench.mount.handleIDs.isEmpty)
  }

  @Test(arguments: users) func memoryOfTheKernelIsABadAddress(_ user: User) throws {
    let bench = try Bench(user)
    for area in ["[vvar]", "[vdso]"] {
      try bench.expectRefused(try bench.client.number("area \(area)"), pages: 1, RSMERR_BAD_ADDR)
    }
    let answer = try bench.client.ask("ring")
    guard let ring = UInt(parsing: answer) else { try Test.cancel("io_uring is denied: \(answer)") }
    try bench.expectRefused(ring, pages: 1, RSMERR_BAD_ADDR)
  }

  @Test(arguments: users) func everyOrdinaryKindOfMemoryIsPinned(_ user: User) throws {
    let bench = try Bench(user)
    let client = bench.client
    try bench.expectPinned(try client.number("mmap 16384 3"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 1"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 2"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 4"), pages: 4)
    try bench.expectPinned(try client.number("shm 16384"), pages: 4)
    let file = try client.number("memfd 16384 0")
    try bench.expectPinned(try client.number("mmap 16384 3 1 \(file)"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 1 1 \(file)"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 3 2 \(file)"), pages: 4)
    try bench.expectPinned(try client.number("page"), pages: 1)
  }

  @Test(arguments: users) func mappedFilesArePinned(_ user: User) throws {
    let bench = try Bench(user)
    let client = bench.client
    let path = "/var/tmp/rsm-test-\(try client.ask("pid"))"
    let file = try client.number("open \(path)")
    defer { unsafe unlink(path) }
    _ = try client.ask("truncate \(file) 16384")
    try bench.expectPinned(try client.number("mmap 16384 3 1 \(file)"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 1 1 \(file)"), pages: 4)
    try bench.expectPinned(try client.number("mmap 16384 3 2 \(file)"), pages: 4)
  }

  @Test(arguments: users) func hugeTLBPagesArePinnedByNature(_ user: User) async throws {
    let pool = "/proc/sys/vm/nr_hugepages"
    guard unsafe access(pool, W_OK) == 0 else { try Test.cancel("only root can reserve huge pages") }
    _ = try await Shell.run("echo 2 > \(pool)")
    defer { _ = unsafe system("echo 0 > \(pool)") }
    let bench = try Bench(user)
    // MAP_HUGETLB | MAP_PRIVATE | MAP_ANONYMOUS
    guard let memory = UInt(parsing: try bench.client.ask("mmap 2097152 3 \(0x40022)")) else {
      try Test.cancel("the kernel has no huge page to spare")
    }
    try bench.expectPinned(memory, pages: 512, isCounted: false)
  }

  @Test(arguments: users) func transparentHugePagesStayWhole(_ user: User) throws {
    let bench = try Bench(user)
    let client = bench.client
    let huge: UInt = 2 << 20
    let area = try client.number("mmap \(3 * huge) 3")
    let memory = (area + huge - 1) & ~(huge - 1)
    _ = try client.ask("madvise \(memory) \(huge) 14")
    _ = try client.ask("touch \(memory) \(huge)")
    guard try client.number("huge \(memory) \(huge)") == 2048 else {
      try Test.cancel("the kernel gave no transparent huge page")
    }
    try bench.expectPinned(memory, pages: 512)
    #expect(try client.number("huge \(memory) \(huge)") == 2048)
    try bench.expectPinned(memory + 4096, pages: 3)
  }

  @Test func lockLimitIsInsufficientMemory() throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let bench = try Bench(.ordinary)
    let memory = try bench.client.memory(pages: 2304)
    try bench.expectRefused(memory, pages: 2304, RSMERR_INSUFFICIENT_MEM)
    try bench.expectPinned(memory, pages: 1024)
    let none = try bench.mount.client(User(uid: User.ordinary.uid, lockLimit: 0))
    let page = try none.memory(pages: 1)
    #expect(try none.create(try none.controller(), page, 4096).code == RSMERR_INSUFFICIENT_MEM)
  }

  @Test func numberOfMappingsIsInsufficientMemory() throws {
    guard getuid() == 0 else { try Test.cancel("needs more locked memory than an ordinary user has") }
    let bench = try Bench(.current)
    let memory = try bench.client.number("mmap \(80_000 * 4096) 3")
    let outcome = try bench.client.rsm("create-strided \(bench.controller) \(memory) 80000")
    #expect(outcome.code == RSMERR_INSUFFICIENT_MEM)
    #expect(outcome.value > 30_000 && outcome.value < 33_000)
    #expect(try bench.mount.number(.handles) == Int(outcome.value))
  }
}
