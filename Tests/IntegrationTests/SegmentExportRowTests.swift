import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// What the export functions refuse, and which refusal comes first.
@Suite struct SegmentExportRowTests {
  private let mount: TestMount
  private let program: SegmentProgram
  private let id: UInt32 = 0x600000

  init() throws {
    mount = try TestMount()
    program = try SegmentProgram(mount)
  }

  @Test func createLooksAtItsArgumentsInOrder() throws {
    let address = try program.memory(pages: 4)
    #expect(try program.ask("create 0 0 0 0 0") == "\(RSMERR_BAD_CTLR_HNDL) untouched")
    #expect(try program.ask("create 0 2 \(address) 4096 0") == "\(RSMERR_BAD_CTLR_HNDL) untouched")
    _ = try program.ask("set 9 \(address)")
    try program.expect([
      ("create 9 2 \(address) 4096 0", RSMERR_BAD_CTLR_HNDL), ("create 1 0 0 0 0", RSMERR_BAD_SEG_HNDL),
    ])
    let refused: [(String, Int32)] = [
      ("0 0", RSMERR_BAD_ADDR), ("0 1", RSMERR_BAD_ADDR), ("\(address + 1) 0", RSMERR_BAD_LENGTH),
      ("\(address + 1) 4096", RSMERR_BAD_MEM_ALIGNMENT), ("\(address) 4095", RSMERR_BAD_MEM_ALIGNMENT),
      ("\(address + 2048) 8192", RSMERR_BAD_MEM_ALIGNMENT), ("0xfffffffffffff000 8192", RSMERR_BAD_ADDR),
      ("0xffff800000000000 4096", RSMERR_BAD_ADDR), ("\(address) 0x7ffffffffffff000", RSMERR_BAD_ADDR),
    ]
    for (arguments, code) in refused {
      #expect(try program.ask("create 1 2 \(arguments) 0") == "\(code) null", "\(arguments)")
    }
    #expect(try mount.number(.segments) == 0)
    #expect(try program.ask("create 1 2 \(address) 16384 0xfffffff8") == "0 set", "other flags are ignored")
    #expect(try mount.number(.segments) == 1)
    try program.expectSuccess("controller 3", "release 3", "release 1")
    try program.expect([("create 1 3 \(address) 4096 0", RSMERR_BAD_CTLR_HNDL)])
    try program.expectSuccess("publish 2 0 0", "unpublish 2", "destroy 2")
  }

  @Test func createRefusesMemoryThatCannotBeExported() throws {
    let pages: UInt = 4
    let size = pages * SegmentProgram.page
    let hole = try program.memory(pages: pages)
    _ = try program.ask("munmap \(hole + 8192) 4096")
    let readable = try program.memory(pages: pages, value: 5)
    _ = try program.ask("mprotect \(readable + 4096) 4096 \(PROT_READ)")
    let closed = try program.memory(pages: pages)
    _ = try program.ask("mprotect \(closed) 4096 0")
    let file = "\(mount.path).memory"
    defer { unsafe unlink(file) }
    close(unsafe creat(file, 0o666))
    unsafe chmod(file, 0o666)
    let opened = try program.number("open \(file)")
    _ = try program.ask("truncate \(opened) \(size)")
    let shared = try program.number("mmap \(size) 3 \(MAP_SHARED) \(opened)")
    let privately = try program.number("mmap \(size) 3 \(MAP_PRIVATE) \(opened)")
    let stack = try program.number("stack")
    try program.expect([
      ("create 1 2 \(hole) \(size) 0", RSMERR_BAD_ADDR), ("create 1 2 \(readable) \(size) 0", RSMERR_PERM_DENIED),
      ("create 1 2 \(closed) \(size) 0", RSMERR_PERM_DENIED), ("create 1 2 \(shared) \(size) 0", RSMERR_BAD_ADDR),
      ("create 1 2 \(stack) 4096 0", RSMERR_BAD_ADDR),
      ("create 1 2 \(try program.number("area [vdso]")) 4096 0", RSMERR_PERM_DENIED),
    ])
    #expect(try mount.number(.segments) == 0 && mount.handleIDs.isEmpty)
    #expect(try program.number("peek \(readable + 4096)") == 5, "what is refused is left as it is")
    #expect(try program.number("locked \(readable) \(size)") == 0)
    _ = try program.ask("poke \(privately) 7")
    let systemV = try program.number("shm \(size)")
    _ = try program.ask("poke \(systemV) 8")
    try program.expectSuccess("create 1 2 \(privately) \(size) 0", "create 1 3 \(systemV) \(size) 0")
    #expect(try program.number("peek \(privately)") == 7 && program.number("peek \(systemV)") == 8)
    try program.expectSuccess("destroy 2", "destroy 3")
    #expect(try program.number("peek \(privately)") == 7 && program.number("peek \(systemV)") == 8)
  }

  @Test func exportsDoNotOverlap() throws {
    let address = try program.export(2, pages: 4)
    try program.expect([
      ("create 1 3 \(address) 4096 0", RSMERR_INSUFFICIENT_RESOURCES),
      ("create 1 3 \(address + 12288) 4096 0", RSMERR_INSUFFICIENT_RESOURCES),
    ])
    try program.expectSuccess("destroy 2", "create 1 3 \(address + 4096) 8192 0", "create 1 2 \(address) 4096 1")
    try program.expect([
      ("rebind 2 \(address + 4096) 4096", RSMERR_INSUFFICIENT_RESOURCES),
      ("rebind 2 \(address + 12288) 4096", RSM_SUCCESS), ("create 1 4 \(address) 4096 0", RSM_SUCCESS),
      ("create 1 5 \(address + 12288) 4096 0", RSMERR_INSUFFICIENT_RESOURCES),
    ])
    #expect(try mount.number(.segments) == 3)
  }

  @Test func publishLooksAtItsArgumentsInOrder() throws {
    let (none, all) = (UInt32.max, "0666")
    _ = try program.export(2, pages: 1)
    _ = try program.export(3, pages: 1)
    try program.expect([
      ("publish-null 0", RSMERR_BAD_SEGID), ("publish-null 2", RSMERR_BAD_SEGID),
      ("publish 0 1 1 \(none)", RSMERR_BAD_SEG_HNDL), ("publish 1 \(id) 0", RSMERR_BAD_SEG_HNDL),
      ("publish 2 1 1 \(none)", RSMERR_BAD_ACL), ("publish 2 1 2 0 0", RSMERR_RESERVED_SEGID),
    ])
    for reserved: UInt32 in [1, 0xfffff, 0x100000, 0x1fffff, 0x200000, 0x2fffff, 0x300000, 0x3fffff, 0x8000_0000, .max]
    {
      #expect(try program.ask("publish 2 \(reserved) 2 1 07777") == "\(RSMERR_RESERVED_SEGID) \(reserved)")
    }
    try program.expect([
      ("publish 2 \(id) 2 0 \(all)", RSMERR_BAD_ACL), ("publish 2 \(id) 65 0 \(all)", RSMERR_BAD_ACL),
      ("publish 2 \(id) 1 1 \(all)", RSMERR_BAD_ACL), ("publish 2 \(id) 1 64 \(all)", RSMERR_BAD_ACL),
      ("publish 2 \(id) 1 0 0667", RSMERR_BAD_ACL), ("publish 2 \(id) 1 0 0111", RSMERR_BAD_ACL),
      ("publish 2 \(id) 1 0 04000", RSMERR_BAD_ACL), ("publish-list 2 \(id) 4096", RSMERR_BAD_ADDR),
    ])
    #expect(try mount.number(.published) == 0)
    #expect(try program.ask("publish 2 \(id) 1 0 \(all)") == "0 \(id)")
    try program.expect([
      ("publish 2 1 1 \(none)", RSMERR_BAD_ACL), ("publish 2 1 2 0 0", RSMERR_SEG_ALREADY_PUBLISHED),
      ("publish 3 \(id) 2 0 0", RSMERR_BAD_ACL), ("publish 3 \(id) 0", RSMERR_SEGID_IN_USE),
    ])
    let other = try SegmentProgram(mount, .anybodyElse)
    _ = try other.export(2, pages: 1)
    #expect(try other.code("publish 2 \(id) 0") == RSMERR_SEGID_IN_USE)
    try program.expectSuccess("unpublish 2")
    try other.expectSuccess("publish 2 \(id) 0")
    try program.expectSuccess("publish 2 0x400000 0", "publish 3 0x7fffffff 0")
    try other.expectSuccess("unpublish 2")
    #expect(try other.ask("publish 2 0 0") == "0 \(0x8000_0000)")
  }

  @Test func nobodySupportsLockOperations() throws {
    _ = try program.export(2, pages: 1, flags: 4)
    try program.expect([
      ("publish 2 \(id) 1 1 0", RSMERR_BAD_ACL), ("publish 2 \(id) 0", RSMERR_LOCKS_NOT_SUPPORTED),
      ("destroy 2", RSM_SUCCESS),
    ])
  }

  @Test func republishLooksAtItsArgumentsInOrder() throws {
    let none = UInt32.max
    _ = try program.export(2, pages: 1)
    try program.expect([
      ("unpublish 0", RSMERR_BAD_SEG_HNDL), ("unpublish 1", RSMERR_BAD_SEG_HNDL),
      ("unpublish 2", RSMERR_SEG_NOT_PUBLISHED), ("republish 0 1 \(none)", RSMERR_BAD_SEG_HNDL),
      ("republish 2 1 \(none)", RSMERR_SEG_NOT_PUBLISHED), ("publish 2 \(id) 0", RSM_SUCCESS),
      ("republish 1 0", RSMERR_BAD_SEG_HNDL), ("republish 2 1 \(none)", RSMERR_BAD_ACL),
      ("republish 2 2 0 0600", RSMERR_BAD_ACL), ("republish 2 65 0 0600", RSMERR_BAD_ACL),
      ("republish 2 1 1 0600", RSMERR_BAD_ACL), ("republish 2 1 0 0601", RSMERR_BAD_ACL),
      ("republish 2 1 0 0600", RSM_SUCCESS), ("republish 2 0", RSM_SUCCESS), ("unpublish 2", RSM_SUCCESS),
      ("unpublish 2", RSMERR_SEG_NOT_PUBLISHED), ("republish 2 0", RSMERR_SEG_NOT_PUBLISHED),
      ("destroy 2", RSM_SUCCESS), ("destroy 2", RSMERR_BAD_SEG_HNDL), ("unpublish 2", RSMERR_BAD_SEG_HNDL),
      ("republish 2 0", RSMERR_BAD_SEG_HNDL), ("publish 2 \(id) 0", RSMERR_BAD_SEG_HNDL),
      ("rebind 2 0 0", RSMERR_BAD_SEG_HNDL), ("destroy 0", RSMERR_BAD_SEG_HNDL), ("destroy 1", RSMERR_BAD_SEG_HNDL),
    ])
  }

  @Test func rebindLooksAtItsArgumentsInOrder() throws {
    let address = try program.export(2, pages: 2, flags: 1)
    let fixed = try program.export(3, pages: 2)
    let other = try program.memory(pages: 2, value: 3)
    let readable = try program.number("mmap 8192 1")
    let hole = try program.memory(pages: 2)
    _ = try program.ask("munmap \(hole + 4096) 4096")
    try program.expect([
      ("rebind 0 \(other) 8192", RSMERR_BAD_SEG_HNDL), ("rebind 1 \(other) 8192", RSMERR_BAD_SEG_HNDL),
      ("rebind 2 0 4096", RSMERR_BAD_ADDR), ("rebind 3 0 4096", RSMERR_BAD_ADDR),
      ("rebind 3 \(other) 4096", RSMERR_REBIND_NOT_ALLOWED), ("rebind 3 \(fixed) 8192", RSMERR_REBIND_NOT_ALLOWED),
      ("rebind 2 \(address) 4096", RSMERR_BAD_LENGTH), ("rebind 2 \(other + 1) 4096", RSMERR_BAD_LENGTH),
      ("rebind 2 \(address) 8192", RSM_SUCCESS), ("rebind 2 \(other + 1) 8192", RSMERR_BAD_ADDR),
      ("rebind 2 \(hole) 8192", RSMERR_BAD_ADDR), ("rebind 2 \(readable) 8192", RSMERR_PERM_DENIED),
      ("rebind 2 \(other) 8192", RSM_SUCCESS), ("rebind 2 \(address) 8192", RSM_SUCCESS),
    ])
    #expect(try program.number("locked \(other) 8192") == 0 && program.number("peek \(other)") == 3)
  }
}
