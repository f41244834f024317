import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

@Suite struct NestedPinTests {
  @Test func pagesStayLockedUntilTheirLastHandleGoes() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 10)
    let low = try client.create(controller, memory, 6 * 4096).value
    let high = try client.create(controller, memory + 4 * 4096, 6 * 4096).value
    let inner = try client.create(controller, memory + 5 * 4096, 4096).value
    #expect(try client.lockedPages(memory, pages: 10) == 10)
    _ = try client.free(controller, low)
    #expect(try client.lockedPages(memory, pages: 10) == 6)
    _ = try client.free(controller, high)
    #expect(try client.lockedPages(memory, pages: 10) == 1)
    _ = try client.free(controller, inner)
    #expect(try client.lockedPages(memory, pages: 10) == 0)
  }

  @Test func theApplicationsOwnLocksSurvive() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 10)
    _ = try client.ask("mlock \(memory + 2 * 4096) \(2 * 4096)")
    let handle = try client.create(controller, memory, 10 * 4096).value
    #expect(try client.lockedPages(memory, pages: 10) == 10)
    _ = try client.free(controller, handle)
    #expect(try client.lockedPages(memory, pages: 10) == 2)
    #expect(try client.lockedPages(memory + 2 * 4096, pages: 2) == 2)
    let single = try client.create(controller, memory + 3 * 4096, 4096).value
    _ = try client.free(controller, single)
    #expect(try client.lockedPages(memory + 2 * 4096, pages: 2) == 2)
  }

  @Test func aRefusedPinTakesNothingFromOthers() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 10)
    _ = try client.ask("munmap \(memory + 8 * 4096) 4096")
    _ = try client.ask("mlock \(memory) 4096")
    _ = try client.create(controller, memory + 4096, 2 * 4096)
    #expect(try client.create(controller, memory, 10 * 4096).code == RSMERR_BAD_ADDR)
    #expect(try client.lockedPages(memory, pages: 10) == 3)
    #expect(try mount.handle(1)["State"] == "pinned")
  }

  /// Memory unlocked behind the library's back is not called pinned.
  @Test func onlyTheKernelsWordCounts() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 8)
    _ = try client.create(controller, memory, 8 * 4096)
    _ = try client.ask("munlock \(memory + 2 * 4096) \(3 * 4096)")
    let file = try mount.handle(1)
    #expect(file["State"] == "unpinned (5 of 8 pages)")
    #expect(file["Locked"] == "20480" && file["Resident"] == "32768")
    _ = try client.ask("munmap \(memory) \(4 * 4096)")
    let rest = try mount.handle(1)
    #expect(rest["State"] == "stale" && rest["Locked"] == "12288" && rest["Resident"] == "16384")
    _ = try client.ask("munmap \(memory) \(8 * 4096)")
    let nothing = try mount.handle(1)
    #expect(nothing["State"] == "stale" && nothing["Locked"] == "0" && nothing["Resident"] == "0")
  }

  /// MADV_COLD takes [vvar] for locked. A client that claims it without librsm, which refuses it, gets no such word.
  @Test func pagesOfTheKernelAreNeverCalledLocked() throws {
    let mount = try TestMount()
    let client = try mount.hostile()
    let ctl = try client.open(mount.path + "/ctl")
    #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
    let maps = try TextFile.read("/proc/\(try client.ask("pid"))/maps").split(separator: "\n")
    let area = try #require(maps.first { $0.hasSuffix("[vvar]") }?.split(separator: "-").first)
    #expect(try client.request("create \(ctl) 0 1 0x\(area) 4096").result == RSM_SUCCESS)
    let file = try mount.handle(1)
    #expect(file["State"] == "unpinned (0 of 1 pages)" && file["Locked"] == "0")
  }

  /// A process lives as long as one thread of it, and so does its memory.
  @Test func theFirstThreadMayEnd() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    _ = try client.create(controller, memory, 4 * 4096)
    try client.say("leave-to-thread")
    let deadline = ContinuousClock.now + .seconds(10)
    while try client.number("vmlck") != 0, ContinuousClock.now < deadline { usleep(1000) }
    #expect(try client.number("vmlck") == 0, "the kernel shows no memory at the first thread any more")
    let second = try client.create(controller, memory, 4096)
    #expect(second.code == RSM_SUCCESS)
    for id in [1, 2] as [UInt64] {
      let file = try mount.handle(id)
      #expect(file["State"] == "pinned" && file["Method"] == "smaps")
    }
    #expect(try client.free(controller, second.value) == RSM_SUCCESS)
    #expect(try mount.handleIDs == [1])
  }

  /// An address that was unmapped and mapped anew is locked by the next create, whatever the ledger counts there.
  @Test func newMemoryAtAnOldAddressIsReallyLocked() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    _ = try client.create(controller, memory, 4 * 4096)
    _ = try client.ask("munmap \(memory) \(4 * 4096)")
    _ = try client.ask("mmap-at \(memory) \(4 * 4096)")
    #expect(try client.lockedPages(memory, pages: 4) == 0)
    #expect(try client.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
    #expect(try client.lockedPages(memory, pages: 4) == 4)
    #expect(try mount.handle(2)["State"] == "pinned")
  }
}
