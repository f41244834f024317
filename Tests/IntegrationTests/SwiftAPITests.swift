import Glibc
import RSM
import RSMControl
import RSMTestSupport
import Testing

/// The Swift API, in this process. The session is the process's own, so these tests take turns; each ends the rsmd of the one
/// before, so that they show as well that a session that was lost is opened anew.
@Suite(.serialized) @safe final class SwiftAPITests {
  private let mount: TestMount
  private let memory: UnsafeMutableRawBufferPointer

  init() throws {
    mount = try TestMount()
    unsafe setenv(MountPoint.variable, mount.path, 1)
    unsafe memory = .allocate(byteCount: 8 * 4096, alignment: 4096)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 1)
  }

  deinit {
    unsafe memory.deallocate()
  }

  private func part(_ pages: Range<Int>) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: memory[pages.lowerBound * 4096..<pages.upperBound * 4096])
  }

  @Test func ownersGiveBackWhatTheyHold() throws {
    do {
      let controller = try Controller(named: "LOOPBACK")
      let handle = try unsafe controller.registerMemory(part(0..<4))
      let address = unsafe UInt(bitPattern: memory.baseAddress)
      #expect(handle.length == 4 * 4096 && handle.address == address)
      #expect(try mount.handle(handle.id)["State"] == "pinned")
    }
    #expect(try mount.number(.handles) == 0)
  }

  @Test func handlesAreFreedOnce() throws {
    let controller = try Controller()
    let handle = try unsafe controller.registerMemory(part(1..<2))
    #expect(try mount.number(.handles) == 1)
    try handle.free()
    #expect(try mount.number(.handles) == 0)
  }

  @Test func handlesOutliveTheirController() throws {
    let handle = try registerThroughPassingController()
    #expect(try mount.handle(handle.id)["State"] == "pinned")
    try handle.free()
  }

  private func registerThroughPassingController() throws(RSMError) -> LocalMemoryHandle {
    try unsafe Controller().registerMemory(part(0..<1))
  }

  @Test func errorsAreTypedAndLeaveNothing() throws {
    let controller = try Controller()
    func code(_ memory: UnsafeRawBufferPointer) -> RSMError.Code? {
      do throws(RSMError) {
        _ = try unsafe controller.registerMemory(memory)
        return nil
      } catch {
        return error.code
      }
    }
    let codes = unsafe [
      code(UnsafeRawBufferPointer(rebasing: memory[0..<0])), code(UnsafeRawBufferPointer(rebasing: memory[1..<4096])),
      code(UnsafeRawBufferPointer(start: nil, count: 0)),
      code(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 4096), count: 4096)),
    ]
    #expect(codes == [.badLength, .badAddress, .badLength, .badAddress])
    #expect(try mount.number(.handles) == 0)
    #expect(throws: RSMError.self) { _ = try Controller(named: "sci0") }
  }

  @Test func attributesAreThoseOfTheSystem() throws {
    let attributes = try Controller().attributes
    #expect(attributes.pageSize == 4096 && attributes.atomicSizes == 15 && attributes.directAccessSizes == 15)
    #expect(attributes.maxExportSegmentSize > 0 && attributes.maxExportSegmentSize % 4096 == 0)
  }
}
