import CRSM
import RSM
import RSMKernel
import Testing

/// What put and get move.
struct TransferTests {
  private let segment: Segment
  private let importer: Import
  private let barrier: BarrierObject

  init() throws {
    segment = try Segment(pages: 4)
    segment.exported.number()
    importer = try segment.connect()
    barrier = BarrierObject(on: importer)
  }

  /// Every length and every alignment, and not a byte besides.
  @Test(arguments: Import.Form.all) func movesWhatWasAskedFor(_ form: Import.Form) throws {
    let local = try Bytes(count: 4096)
    for offset in stride(from: 0, to: 64, by: form.width) {
      for count in 0..<70 {
        local.number(from: 99)
        segment.exported.number()
        let (here, there) = (local[0..<4096], segment.exported[0..<4096])
        let start = offset * 3 % 64 & ~7
        #expect(importer.move(form, offset, local.address + UInt(start), UInt(count)) == RSM_SUCCESS)
        let length = count * form.width
        let (from, to) = form.isPut ? (here, there) : (there, here)
        let (source, target) = form.isPut ? (start, offset) : (offset, start)
        let expected = Array(to[..<target]) + from[source..<source + length] + to[(target + length)...]
        guard
          form.isPut
            ? segment.exported[0..<4096] == expected && local[0..<4096] == here
            : local[0..<4096] == expected && segment.exported[0..<4096] == there
        else {
          Issue.record("\(count) elements at \(offset)")
          return
        }
      }
    }
  }

  /// Source and target are the same memory: at the same addresses, in the exporter's mapping, in the program's.
  @Test(arguments: Import.Form.all, [1, 8, 48, 4096, 5000]) func overlapsAreCopiedAsMemmoveDoes(
    _ form: Import.Form, _ distance: Int
  ) throws {
    let distance = (distance + form.width - 1) / form.width * form.width
    let alias = try segment.enterAsExport()
    defer { unsafe try? ImportTable.current().pointee.aliases.remove(alias) }
    let mapper = try segment.connect()
    let (error, mapped) = mapper.map(0, segment.length)
    #expect(error == RSM_SUCCESS)
    let length = 8000
    for view in [segment.exported.address, mapped] {
      for (source, target) in [(200, 200 + distance), (200 + distance, 200), (200, 200)] {
        segment.exported.number()
        let before = segment.exported[0..<segment.length]
        let (offset, local) = form.isPut ? (target, source) : (source, target)
        #expect(importer.move(form, offset, view + UInt(local), UInt(length / form.width)) == RSM_SUCCESS)
        let expected = Array(before[..<target]) + before[source..<source + length] + before[(target + length)...]
        #expect(segment.exported[0..<segment.length] == expected, "from \(source) to \(target)")
      }
    }
    #expect(mapper.unmap() == RSM_SUCCESS && mapper.disconnect() == RSM_SUCCESS)
  }

  /// Beyond the size from which on stores bypass the caches, with every alignment of both sides, beside and over each other.
  @Test func largeCopiesAreExact() throws {
    let large = try Segment(pages: 3 * 4096)
    let importer = try large.connect().explicit()
    let (local, expected) = (try Bytes(count: large.length), try Bytes(count: large.length))
    let size = 17 << 20
    for (offset, start, length) in [
      (0, 0, 16 << 20), (1, 0, size + 1), (63, 17, size - 5), (4096, 31, size + 127), (0, 5, 16 << 20 - 1),
    ] {
      large.exported.number(from: offset)
      local.number(from: 3 * offset + 7)
      expected.copy(from: large.exported, 0..<large.length, to: 0)
      expected.copy(from: local, start..<start + length, to: offset)
      #expect(importer.move(.all[0], offset, local.address + UInt(start), UInt(length)) == RSM_SUCCESS)
      #expect(large.exported.equals(expected))
    }
    let alias = try large.enterAsExport()
    defer { unsafe try? ImportTable.current().pointee.aliases.remove(alias) }
    for (source, target) in [(0, 1 << 20), (1 << 20, 0), (0, size)] {
      expected.copy(from: expected, source..<source + size, to: target)
      #expect(importer.move(.all[0], target, large.exported.address + UInt(source), UInt(size)) == RSM_SUCCESS)
      #expect(large.exported.equals(expected))
    }
    #expect(importer.disconnect() == RSM_SUCCESS)
  }

  @Test func aReaderGetsAndAWriterPuts() throws {
    let (reader, writer) = (try segment.connect(.read).explicit(), try segment.connect(.write).explicit())
    #expect(writer.put(5, [1, 2, 3]) == RSM_SUCCESS)
    let (error, bytes) = reader.get(4, 5)
    #expect(error == RSM_SUCCESS && bytes == segment.exported[4..<9] && bytes[1...3] == [1, 2, 3])
    #expect(reader.disconnect() == RSM_SUCCESS && writer.disconnect() == RSM_SUCCESS)
  }

  @Test func bytesStayWhenTheConnectionGoes() throws {
    #expect(importer.put(10, [7, 8]) == RSM_SUCCESS)
    #expect(importer.disconnect() == RSM_SUCCESS)
    #expect(segment.exported[10..<12] == [7, 8])
  }
}
