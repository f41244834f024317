import Glibc
import RSM
import RSMKernel
import Testing

/// The Swift API.
struct ImportSegmentTests {
  private let segment: Segment

  init() throws {
    segment = try Segment(pages: 2)
  }

  private func connect(_ rights: AccessRights = [.read, .write]) throws -> ImportSegment {
    try ImportSegment(owning: try segment.connect(rights).token)
  }

  private func code(_ body: () throws(RSMError) -> Void) -> RSMError.Code? {
    do throws(RSMError) {
      try body()
      return nil
    } catch {
      return error.code
    }
  }

  @Test func spansGoThereAndBack() throws {
    let importer = try connect()
    #expect(importer.length == segment.length && importer.rights == [.read, .write])
    #expect(
      code { () throws(RSMError) in try importer.put(([1, 2, 3] as [UInt8]).span, at: 0) } == .barrierUninitialized)
    let barrier = try importer.makeBarrier()
    try importer.put(([7, 8, 9] as [UInt8]).span, at: 5)
    #expect(segment.exported[5..<8] == [7, 8, 9])
    var bytes = [UInt8](repeating: 0, count: 4)
    var span = bytes.mutableSpan
    try importer.get(&span, at: 4)
    #expect(bytes == [0, 7, 8, 9])
    try importer.put([UInt8]().span, at: segment.length)
    try barrier.open()
    try barrier.order()
    segment.withdraw()
    #expect(code { () throws(RSMError) in try barrier.close() } == .connectionAborted)
    #expect(code { () throws(RSMError) in try barrier.close() } == .barrierNotOpened)
  }

  @Test func elementsAreAligned() throws {
    let importer = try connect()
    try importer.setBarrierMode(.explicit)
    #expect(try importer.barrierMode() == .explicit)
    try importer.putElements(([0x0102_0304, 5] as [UInt32]).span, at: 8)
    #expect(segment.exported[8..<16] == [4, 3, 2, 1, 5, 0, 0, 0])
    var numbers = [Int16](repeating: 0, count: 2)
    var span = numbers.mutableSpan
    try importer.getElements(&span, at: 8)
    #expect(numbers == [0x0304, 0x0102])
    #expect(code { () throws(RSMError) in try importer.putElements(([1] as [UInt64]).span, at: 4) } == .badAlignment)
  }

  @Test func theOwnerTakesTheMappingAlong() throws {
    let address: UInt
    do {
      let importer = try connect(.read)
      let mapped = try unsafe importer.unsafeMap(4096..<4196, rights: .read)
      address = UInt(bitPattern: mapped.baseAddress)
      let count = mapped.count
      #expect(count == 100)
      #expect(code { () throws(RSMError) in try importer.put(([1] as [UInt8]).span, at: 4096) } == .permissionDenied)
    }
    #expect(PageLock.state(of: try #require(PageRange(address: address, length: 1))) == .unmapped)
  }

  @Test func disconnectSaysThatTheSegmentIsMapped() throws {
    let importer = try connect()
    _ = unsafe try importer.unsafeMap(rights: [.read, .write])
    #expect(code { () throws(RSMError) in _ = unsafe try importer.unsafeMap(rights: .read) } == .segmentAlreadyMapped)
    try importer.unmap()
    try importer.disconnect()
  }

  @Test func listsSayHowMuchIsLeft() throws {
    let importer = try connect()
    let local = try Bytes(count: 4096)
    local.number()
    var list = ScatterGather()
    unsafe list.unsafeAppend(UnsafeMutableRawBufferPointer(rebasing: local.buffer[0..<100]), remoteOffset: 1000)
    unsafe list.unsafeAppend(UnsafeMutableRawBufferPointer(rebasing: local.buffer[100..<150]), remoteOffset: 0)
    try importer.put(list)
    #expect(segment.exported[1000..<1100] == local[0..<100] && segment.exported[0..<50] == local[100..<150])
    unsafe list.unsafeAppend(local.buffer, remoteOffset: segment.length)
    do throws(ScatterGather.Failure) {
      try importer.get(list)
      Issue.record("an entry beyond the segment was taken")
    } catch {
      #expect(error.error.code == .badLength && error.remaining == 3)
    }
    #expect(throws: ScatterGather.Failure.self) { try importer.get(ScatterGather()) }
  }
}
