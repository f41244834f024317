import Glibc
import RSM
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension SwiftAPITests {
  /// Segments by the Swift API, exporter and importer in this process.
  @Suite @safe final class Segments {
    private let mount: TestMount
    private let memory: UnsafeMutableRawBufferPointer
    private static let length = 2 * 4096

    init() throws {
      mount = try TestMount()
      unsafe setenv(MountPoint.variable, mount.path, 1)
      unsafe memory = .allocate(byteCount: 2 * Self.length, alignment: 4096)
      for index in 0..<2 * Self.length { unsafe memory[index] = UInt8(truncatingIfNeeded: index / 4096 + 1) }
    }

    deinit {
      unsafe memory.deallocate()
    }

    private var first: UnsafeMutableRawBufferPointer {
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<Self.length])
    }

    private var second: UnsafeMutableRawBufferPointer {
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[Self.length...])
    }

    private func info(_ segment: SegmentID) throws -> TextFields {
      TextFields(parsing: try TextFile.read("\(mount.path)/segments/\(segment)/info"))
    }

    private func code(_ body: () throws(RSMError) -> Void) -> RSMError.Code? {
      do throws(RSMError) {
        try body()
        return nil
      } catch {
        return error.code
      }
    }

    private func byte(at offset: Int, of segment: borrowing ImportSegment) throws -> UInt8 {
      var bytes: [UInt8] = [0]
      var span = bytes.mutableSpan
      try segment.get(&span, at: offset)
      return bytes[0]
    }

    @Test func bytesGoBothWays() throws {
      let controller = try Controller()
      let export = try unsafe controller.export(first)
      #expect(export.length == Self.length)
      let segment = try export.publish(as: 0x400001, access: [.ownerRead, .ownerWrite])
      #expect(segment == 0x400001)
      #expect(try info(segment)["Mode"] == "0600")
      let importer = try controller.connect(to: segment)
      #expect(importer.length == Self.length && importer.rights == [.read, .write])
      let barrier = try importer.makeBarrier()
      #expect(try byte(at: 4096, of: importer) == 2)
      try importer.put(([77] as [UInt8]).span, at: 4097)
      let stored = unsafe memory[4097]
      #expect(stored == 77)
      try export.unpublish()
      #expect(code { () throws(RSMError) in try importer.put(([78] as [UInt8]).span, at: 0) } == .connectionAborted)
      let kept = unsafe (memory[0], memory[4097])
      #expect(kept == (1, 77), "the exporter keeps its bytes")
      withExtendedLifetime(barrier) {}
      try importer.disconnect()
      try export.destroy()
      #expect(try mount.number(.segments) == 0 && mount.number(.connections) == 0)
    }

    @Test func ownersWithdrawWhatTheyHold() throws {
      let controller = try Controller()
      do {
        let export = try unsafe controller.export(first)
        let segment = try export.publish()
        #expect(segment.rawValue >= 0x8000_0000)
        let importer = try controller.connect(to: segment, rights: .read)
        #expect(importer.rights == .read)
        #expect(try mount.number(.published) == 1 && mount.number(.connections) == 1)
      }
      #expect(try mount.number(.segments) == 0 && mount.number(.connections) == 0)
      let export = try unsafe controller.export(first)
      try export.destroy()
    }

    @Test func reboundSegmentsShowTheNewMemory() throws {
      let controller = try Controller()
      let export = try unsafe controller.export(first, allowingRebind: true)
      let importer = try controller.connect(to: try export.publish())
      let barrier = try importer.makeBarrier()
      try unsafe export.rebind(to: second)
      #expect(try byte(at: 0, of: importer) == 3)
      unsafe memory[0] = 99
      #expect(try byte(at: 0, of: importer) == 3, "the old memory is the program's alone")
      withExtendedLifetime(barrier) {}
    }

    @Test func republishingChangesWhoMayConnect() throws {
      let controller = try Controller()
      let export = try unsafe controller.export(first)
      #expect(code { () throws(RSMError) in try export.republish(access: nil) } == .segmentNotPublished)
      let segment = try export.publish(access: .ownerRead)
      try export.republish(access: [.ownerRead, .groupRead, .othersWrite])
      #expect(try info(segment)["Mode"] == "0442")
    }

    @Test func errorsAreTyped() throws {
      let controller = try Controller()
      let export = try unsafe controller.export(first)
      #expect(
        code { () throws(RSMError) in
          let other = try unsafe controller.export(first)
          try other.destroy()
        } == .insufficientResources, "no page is in two segments")
      #expect(code { () throws(RSMError) in try unsafe export.rebind(to: second) } == .rebindNotAllowed)
      #expect(code { () throws(RSMError) in try export.unpublish() } == .segmentNotPublished)
      #expect(code { () throws(RSMError) in try export.publish(as: 5) } == .reservedSegmentID)
      #expect(
        code { () throws(RSMError) in try export.publish(access: AccessMode(rawValue: 0o1600)) } == .badAccessList)
      let segment = try export.publish()
      #expect(code { () throws(RSMError) in try export.publish() } == .segmentAlreadyPublished)
      let another = try unsafe controller.export(second)
      #expect(code { () throws(RSMError) in try another.publish(as: 0x400002) } == nil)
      try another.unpublish()
      try export.unpublish()
      try export.publish(as: 0x400002)
      #expect(code { () throws(RSMError) in try another.publish(as: 0x400002) } == .segmentIDInUse)
      for (id, node, expected): (SegmentID, UInt32?, RSMError.Code) in [
        (segment, nil, .segmentNotPublished), (0x400002, 1, .controllerNotPresent),
      ] {
        #expect(
          code { () throws(RSMError) in
            let importer = try controller.connect(to: id, node: node)
            try importer.disconnect()
          } == expected)
      }
    }
  }
}
