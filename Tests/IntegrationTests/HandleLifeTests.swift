import CRSM
import RSMControl
import RSMTestSupport
import Testing

@Suite struct HandleLifeTests {
  @Test func handlesAreFilesWhileTheyLive() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 16)
    let first = try client.create(controller, memory, 5 * 4096 + 1)
    let second = try client.create(controller, memory + 4096, 4096)
    #expect(first.code == RSM_SUCCESS && second.code == RSM_SUCCESS)
    #expect(try mount.handleIDs == [1, 2])
    let file = try mount.handle(1)
    #expect(file["Pid"] == (try client.ask("pid")))
    #expect(file["Address"] == "0x" + String(memory, radix: 16))
    #expect(file["Length"] == "20481" && file["Pages"] == "6")
    #expect(file["State"] == "pinned" && file["Locked"] == "24576" && file["Resident"] == "24576")
    #expect(file["Tag"] == "full")
    #expect(try client.lockedPages(memory, pages: 16) == 6)
    #expect(try mount.number(.claimed) == 7 * 4096)
    #expect(try client.free(controller, first.value) == RSM_SUCCESS)
    #expect(try mount.handleIDs == [2])
    #expect(try client.lockedPages(memory, pages: 16) == 1)
    #expect(try client.free(controller, second.value) == RSM_SUCCESS)
    #expect(try client.number("vmlck") == 0)
    #expect(try mount.number(.claimed) == 0)
  }
}
