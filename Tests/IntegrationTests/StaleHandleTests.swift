import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

@Suite struct StaleHandleTests {
  private struct Setting {
    let mount: TestMount
    let client: Dialogue
    let controller: UInt
    let memory: UInt

    init(_ options: [String] = [], environment: [String] = []) throws {
      mount = try TestMount(options)
      client = try Dialogue(
        [Workbench.shared.program("rsmclient")], environment: mount.environment + environment)
      controller = try client.controller()
      memory = try client.memory(pages: 64)
    }

    func create(page: UInt, pages: UInt) throws -> UInt {
      let (code, handle) = try client.create(controller, memory + page * 4096, pages * 4096)
      #expect(code == RSM_SUCCESS)
      return handle
    }

    func state(_ id: UInt64) throws -> String {
      try mount.handle(id)["State"] ?? ""
    }
  }

  /// Commands that turn pages 4 and 5 into other memory; the last one leaves something mapped there.
  enum Change: String, CaseIterable {
    case unmapped = "munmap %1 8192"
    case replaced = "mmap-at %1 8192"
    case moved = "mremap %1 8192 %2"
    case discarded = "madvise %1 8192 24"

    func command(_ memory: UInt) -> String {
      let words = rawValue.split(separator: " ").map { word in
        switch word {
        case "%1": String(memory + 4 * 4096)
        case "%2": String(memory + 60 * 4096)
        default: String(word)
        }
      }
      return words.joined(separator: " ")
    }
  }

  @Test(arguments: Change.allCases) func aReadTellsWhatHasBecomeOfTheMemory(_ change: Change) throws {
    let setting = try Setting()
    let victim = try setting.create(page: 0, pages: 16)
    let other = try setting.create(page: 10, pages: 10)
    #expect(try setting.mount.handle(1)["Tag"] == "full")
    #expect(try setting.state(1) == "pinned")
    #expect(try !setting.client.ask(change.command(setting.memory)).hasPrefix("errno"))
    #expect(try setting.state(1) == "stale")
    #expect(try setting.state(2) == "pinned")
    #expect(try setting.mount.number(.stale) == 1)

    // Memory that is pinned anew does not bring the old handle back.
    _ = try setting.client.number("mmap-at \(setting.memory + 4 * 4096) 8192")
    _ = try setting.create(page: 4, pages: 2)
    #expect(try setting.state(3) == "pinned")
    #expect(try setting.state(1) == "stale")
    #expect(try setting.client.lockedPages(setting.memory, pages: 20) == 12, "pages 4, 5 and 10 to 19")
    #expect(try setting.client.free(setting.controller, victim) == RSM_SUCCESS)
    #expect(try setting.client.free(setting.controller, victim) == RSMERR_BAD_LOCALMEM_HNDL)
    #expect(try setting.mount.number(.stale) == 0)
    #expect(try setting.client.lockedPages(setting.memory, pages: 20) == 12)
    #expect(try setting.client.free(setting.controller, other) == RSM_SUCCESS)
    #expect(try setting.client.lockedPages(setting.memory, pages: 20) == 2)
  }

  /// Nobody reads the handle's file.
  @Test func aSweepFindsOutByItself() throws {
    let setting = try Setting()
    _ = try setting.create(page: 0, pages: 8)
    _ = try setting.create(page: 8, pages: 8)
    _ = try setting.create(page: 16, pages: 8)
    #expect(try setting.client.ask("munmap \(setting.memory) 4096") == "0")
    #expect(try setting.client.ask("munlock \(setting.memory + 8 * 4096) 4096") == "0")
    #expect(try setting.mount.waits(for: .stale, toBe: 1))
    #expect(try setting.mount.waits(for: .unpinned, toBe: 1))
  }

  /// The client finds out before rsmd does.
  @Test func aNewHandleOnTheSameAddressesRefusesTheOldOne() throws {
    let setting = try Setting(["--inspectors", "0"])
    _ = try setting.create(page: 0, pages: 8)
    #expect(try setting.state(1) == "claimed")
    _ = try setting.client.number("mmap-at \(setting.memory) \(8 * 4096)")
    _ = try setting.create(page: 7, pages: 3)
    #expect(try setting.state(1) == "stale")
    #expect(try setting.state(2) == "claimed")
    #expect(try setting.client.lockedPages(setting.memory, pages: 16) == 3)
  }

  @Test func withoutUserfaultfdNothingIsTagged() throws {
    let setting = try Setting(environment: ["\(KernelFeature.variable)=\(KernelFeature.userfaultfdUserMode.rawValue)"])
    let handle = try setting.create(page: 0, pages: 8)
    #expect(try setting.mount.handle(1)["Tag"] == "none")
    _ = try setting.client.number("mmap-at \(setting.memory) \(4 * 4096)")
    #expect(try setting.state(1) == "unpinned (4 of 8 pages)")
    #expect(try setting.client.free(setting.controller, handle) == RSM_SUCCESS)
    #expect(try setting.client.lockedPages(setting.memory, pages: 8) == 0)
  }

  /// What a forked child does with its own copy of the memory says nothing about the parent's, and its end takes nothing away.
  @Test func aForkedChildLeavesItsParentsTagsAlone() throws {
    let setting = try Setting()
    _ = try setting.create(page: 0, pages: 8)
    #expect(try setting.client.ask("fork pin-again \(setting.memory) 8192") == "0")
    #expect(try setting.client.ask("fork munmap \(setting.memory) 8192") == "0")
    #expect(try setting.state(1) == "pinned")
    #expect(try setting.mount.number(.stale) == 0)
    _ = try setting.client.number("mmap-at \(setting.memory) 4096")
    #expect(try setting.state(1) == "stale")
  }

  /// Rounds of one second each; more of them with RSM_DISPLACE_SECONDS.
  @Test func whatIsReportedIsWhatWasDisplaced() throws {
    let rounds = unsafe getenv("RSM_DISPLACE_SECONDS").flatMap { unsafe Int(String(cString: $0)) } ?? 3
    let mount = try TestMount()
    let client = try Dialogue([Workbench.shared.program("displace")], environment: mount.environment)
    var seen: [String: Int] = [:]
    for _ in 0..<rounds {
      #expect(try client.number("run 1000") > 0)
      let expected = try client.ask("slots").split(separator: " ").map { $0.split(separator: "=") }
      var found: [Substring: String] = [:]
      for id in try mount.handleIDs {
        let file = try mount.handle(id)
        found[(file["Address"] ?? "").dropFirst(2)] = file["State"]
      }
      for slot in expected where slot[1] != "none" {
        let state = try #require(found[slot[0]])
        seen[state, default: 0] += 1
        #expect(slot[1] == "either" ? ["stale", "pinned"].contains(state) : state == slot[1], "slot at \(slot[0])")
      }
    }
    #expect(seen["stale", default: 0] > 0 && seen["pinned", default: 0] > 0, "\(seen)")
    #expect(try client.number("end") == 0)
    #expect(try mount.waits(for: .handles, toBe: 0))
  }
}
