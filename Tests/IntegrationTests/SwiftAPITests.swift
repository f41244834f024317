import CLinux
import Glibc
import RSM
import RSMControl
import RSMKernel
import RSMTestSupport
import Synchronization
import SystemPackage
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

  @Test func listsMoveRegisteredMemory() throws {
    let controller = try Controller()
    let handle = try unsafe controller.registerMemory(UnsafeRawBufferPointer(rebasing: memory[..<10_000]))
    let segment = try connectToSegment(pages: 4)
    for index in 0..<10_000 { unsafe memory[index] = UInt8(truncatingIfNeeded: index &* 7) }
    var list = ScatterGather()
    list.append(handle, localOffset: 5000, remoteOffset: 100, count: 5000)
    try segment.put(list)
    for index in 5000..<10_000 { unsafe memory[index] = 0 }
    try segment.get(list)
    let isBack = (5000..<10_000).allSatisfy { unsafe memory[$0] == UInt8(truncatingIfNeeded: $0 &* 7) }
    #expect(isBack)

    var results: [RSMError.Code?] = []
    for (offset, count) in [(10_000, 0), (10_001, 0), (-1, 1), (9999, 2), (0, -1)] {
      results.append(put(handle, offset, count, to: segment))
    }
    #expect(results == [nil, .badOffset, .badOffset, .badLength, .badLength])
    try handle.free()
    do throws(ScatterGather.Failure) {
      try segment.put(list)
      Issue.record("a handle that was freed has been used")
    } catch {
      #expect(error.error.code == .badScatterGather && error.remaining == 1)
    }
  }

  private func put(
    _ handle: borrowing LocalMemoryHandle, _ localOffset: Int, _ count: Int, to segment: borrowing ImportSegment
  ) -> RSMError.Code? {
    var list = ScatterGather()
    list.append(handle, localOffset: localOffset, remoteOffset: 0, count: count)
    do throws(ScatterGather.Failure) {
      try segment.put(list)
      return nil
    } catch {
      return error.error.code
    }
  }

  /// Connects to memory that nobody exports.
  private func connectToSegment(pages: Int) throws -> ImportSegment {
    let file = Descriptor(owning: try checked { unsafe clinux_memfd_create("segment") })
    let descriptor = file.raw
    _ = try checked { ftruncate(descriptor, off_t(pages * 4096)) }
    let page = try checked {
      Int(bitPattern: unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    }
    let counter = unsafe try #require(UnsafePointer<Atomic<UInt64>>(bitPattern: page))
    let memory = unsafe ImportedMemory(
      length: UInt(pages * 4096), rights: [.read, .write], file: file, counter: counter, generation: 0)
    return try ImportSegment(owning: unsafe try ImportTable.current().pointee.insert(memory))
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
