import CRSM
import RSMControl
import RSMTestSupport
import Testing

@Suite struct ForkTests {
  @Test func aForkedChildHasNoneOfItsParentsHandles() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    let handle = try client.create(controller, memory, 4096).value
    #expect(try client.ask("fork attr \(controller)").hasPrefix("\(RSMERR_BAD_CTLR_HNDL) "))
    #expect(try client.ask("fork free \(controller) \(handle)") == "\(RSMERR_BAD_CTLR_HNDL)")
    #expect(try client.ask("fork release \(controller)") == "\(RSMERR_BAD_CTLR_HNDL)")
    #expect(try mount.handle(1)["State"] == "pinned")
    #expect(try client.free(controller, handle) == RSM_SUCCESS)
  }

  @Test func aForkedChildStartsAfresh() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    let handle = try client.create(controller, memory, 4096).value
    // The inherited handle is none in the child even when the child has a controller of its own.
    try client.say("fork get loopback;attr \(controller);free \(controller) \(handle)")
    let own = try client.hear("get in the child").split(separator: " ")
    #expect(own.first == "0" && UInt(parsing: String(own[1])) != controller)
    #expect(try client.hear("attr in the child").hasPrefix("\(RSMERR_BAD_CTLR_HNDL) "))
    #expect(try client.hear("free in the child") == "\(RSMERR_BAD_CTLR_HNDL)")
    // Its exit takes nothing from the parent.
    #expect(try mount.waits(for: .processes, toBe: 1))
    #expect(try mount.handle(1)["State"] == "pinned")
    #expect(try client.lockedPages(memory, pages: 2) == 1)
    #expect(try client.create(controller, memory, 8192).code == RSM_SUCCESS)
  }

  @Test func handlesOfAForkedChildAreItsOwn() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    let next = controller + (1 << 24)
    try client.say("fork get loopback;create \(next) \(memory) 4096;vmlck")
    #expect(try client.hear("get in the child") == "0 0x\(String(next, radix: 16))")
    #expect(try client.hear("create in the child").hasPrefix("0 0x"))
    #expect(try client.hear("vmlck in the child") == "4")
    #expect(try mount.waits(for: .handles, toBe: 0))
    #expect(try client.number("vmlck") == 0)
  }
}
