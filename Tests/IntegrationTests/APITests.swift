import CRSM
import RSMControl
import RSMTestSupport
import Testing

/// The five functions of this release: every error row that can occur, in the order of the rows.
@Suite struct APITests {
  @Test func controllersAreFoundByTypeInAnyCaseAndUnit() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let first = try client.rsm("get NULL")
    #expect(first.code == RSM_SUCCESS && first.value != 0)
    for name in ["loopback", "LOOPBACK", "LoopBack0", "loopback7", "loopback99999999999999999999"] {
      let got = try client.rsm("get \(name)")
      #expect(got.code == RSM_SUCCESS && got.value == first.value, "\(name)")
    }
    for name in ["sci0", "loop", "loopback0x", "0", "./loopback", "loopback/0", "loopback-1"] {
      #expect(try client.rsm("get \(name)").code == RSMERR_CTLR_NOT_PRESENT, "\(name)")
    }
    #expect(try client.rsm("get").code == RSMERR_CTLR_NOT_PRESENT)
    #expect(try client.rsm("get-null").code == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.rsm("get-long 255").code == RSM_SUCCESS)
    #expect(try client.rsm("get-long 256").code == RSMERR_CTLR_NOT_PRESENT)
    #expect(try client.rsm("get-long 1000").code == RSMERR_CTLR_NOT_PRESENT)
  }

  @Test func controllersAreCounted() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    #expect(try client.controller() == controller)
    #expect(try client.rsm("release \(controller)").code == RSM_SUCCESS)
    #expect(try client.rsm("attr \(controller)").code == RSM_SUCCESS)
    #expect(try client.rsm("release \(controller)").code == RSM_SUCCESS)
    for handle in [controller, 0, 1, UInt.max, controller + 1] {
      #expect(try client.rsm("release \(handle)").code == RSMERR_BAD_CTLR_HNDL)
      #expect(try client.rsm("attr \(handle)").code == RSMERR_BAD_CTLR_HNDL)
    }
    let again = try client.controller()
    #expect(again != controller)
    #expect(try client.rsm("attr \(controller)").code == RSMERR_BAD_CTLR_HNDL)
  }

  @Test func attributesAreReal() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let values = try client.ask("attr \(controller)").split(separator: " ").compactMap { UInt($0) }
    #expect(values.count == 10 && values[0] == 0)
    #expect(values[1] == 15 && values[2] == 15 && values[3] == 4096)
    #expect(values[4...].allSatisfy { $0 > 0 })
    for size in [values[4], values[5], values[7], values[8]] { #expect(size % 4096 == 0) }
    #expect(try client.rsm("attr-null \(controller)").code == RSMERR_BAD_ADDR)
    #expect(try client.rsm("attr-null 0").code == RSMERR_BAD_CTLR_HNDL)
  }

  @Test func createChecksInTheOrderOfTheReference() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    #expect(try client.create(0, memory + 1, 0).code == RSMERR_BAD_ADDR)
    #expect(try client.create(0, memory, 0).code == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.create(controller + 1, memory, 4096).code == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.rsm("create-null 0 \(memory) 0").code == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.rsm("create-null \(controller) \(memory) 0").code == RSMERR_BAD_LOCALMEM_HNDL)
    #expect(try client.create(controller, 0, 0).code == RSMERR_BAD_LENGTH)
    #expect(try client.create(controller, 0, 4096).code == RSMERR_BAD_ADDR)
    #expect(try mount.handleIDs.isEmpty)
  }

  @Test func onlyLiveHandlesAreFreed() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    let handle = try client.create(controller, memory, 1).value
    #expect(handle != 0)
    #expect(try client.free(0, handle) == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.free(handle, handle) == RSMERR_BAD_CTLR_HNDL)
    for forged in [0, 1, controller, handle + 1, handle ^ (1 << 30), handle ^ (1 << 60), UInt.max, memory] {
      #expect(try client.free(controller, forged) == RSMERR_BAD_LOCALMEM_HNDL, "\(String(forged, radix: 16))")
    }
    #expect(try client.free(controller, handle) == RSM_SUCCESS)
    #expect(try client.free(controller, handle) == RSMERR_BAD_LOCALMEM_HNDL)
    let next = try client.create(controller, memory, 1).value
    #expect(next != handle)
    #expect(try client.free(controller, handle) == RSMERR_BAD_LOCALMEM_HNDL)
  }

  @Test func handlesOutliveTheReferenceTheyWereMadeThrough() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 1)
    let handle = try client.create(controller, memory, 4096).value
    #expect(try client.rsm("release \(controller)").code == RSM_SUCCESS)
    #expect(try client.free(controller, handle) == RSMERR_BAD_CTLR_HNDL)
    #expect(try mount.handle(1)["State"] == "pinned")
    let again = try client.controller()
    #expect(try client.free(again, handle) == RSM_SUCCESS)
    #expect(try mount.handleIDs.isEmpty)
  }

  @Test func withoutAnRsmdThereIsNoController() throws {
    let client = try Dialogue(
      [Workbench.shared.program("rsmclient")], environment: ["\(MountPoint.variable)=/nonexistent", "RSM_LOG=off"])
    #expect(try client.rsm("get loopback").code == RSMERR_CTLR_NOT_PRESENT)
    #expect(try client.rsm("release 5").code == RSMERR_BAD_CTLR_HNDL)
    #expect(try client.create(1, 4096, 1).code == RSMERR_BAD_CTLR_HNDL)
  }

  @Test func threadsMayCallAtOnce() throws {
    let mount = try TestMount()
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 64)
    _ = try client.ask("mlock \(memory + 7 * 4096) \(3 * 4096)")
    #expect(try client.ask("churn \(controller) \(memory) 64 8 2000") == "0")
    #expect(try mount.handleIDs.isEmpty)
    #expect(try client.lockedPages(memory, pages: 64) == 3)
    #expect(try mount.number(.refused) == 0)
  }
}
