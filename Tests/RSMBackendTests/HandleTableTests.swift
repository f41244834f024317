import RSMBackend
import Testing

@Suite struct HandleTableTests {
  private func record(_ id: UInt64, file: UInt64 = 1) -> HandleTable.Record {
    HandleTable.Record(id: id, file: file, address: 0x1000, length: 1, created: id, uid: 0, gid: 0, tagged: 1)
  }

  @Test func listsLiveHandlesInOrderOfTheirIds() {
    var table = HandleTable()
    var chain = HandleTable.Chain()
    for id in 1...5 { table.insert(record(UInt64(id)), on: &chain) }
    #expect(table.remove(3, from: &chain)?.id == 3)
    #expect(table.remove(3, from: &chain) == nil)
    var ids: [UInt64] = []
    var last: UInt64 = 0
    while let next = table.next(after: last) {
      ids.append(next.id)
      last = next.id
    }
    #expect(ids == [1, 2, 4, 5])
    #expect(table[3] == nil && table[4]?.created == 4 && table[99] == nil && table[0] == nil && table[.max] == nil)
    #expect(table.next(after: .max - 1) == nil)
  }

  @Test func whatWasFoundIsCountedAndStaleStays() {
    var table = HandleTable()
    var chain = HandleTable.Chain()
    for id in 1...4 { table.insert(record(UInt64(id)), on: &chain) }
    table.note(.unpinned, of: 1)
    table.note(.unpinned, of: 2)
    table.note(.pinned, of: 2)
    table.note(.stale, of: 3)
    table.note(.pinned, of: 3)
    table.note(.stale, of: 99)
    #expect(table[3]?.finding == .stale)
    #expect(table.staleCount == 1 && table.unpinnedCount == 1)
    _ = table.remove(3, from: &chain)
    #expect(table.staleCount == 0 && table.unpinnedCount == 1)
    table.removeAll(from: &chain) { _ in }
    #expect(table.unpinnedCount == 0)
  }

  @Test func handlesOfAFileAreListedInPortions() {
    var table = HandleTable()
    var first = HandleTable.Chain()
    var second = HandleTable.Chain()
    for id in 1...100 as ClosedRange<UInt64> {
      if id % 2 == 0 { table.insert(record(id, file: 2), on: &second) } else { table.insert(record(id), on: &first) }
    }
    #expect(table.ids(on: first, of: 1, above: 0, limit: 3) == [1, 3, 5])
    #expect(table.ids(on: first, of: 1, above: 5, limit: 2) == [7, 9])
    #expect(table.ids(on: first, of: 1, above: 6, limit: 2) == [7, 9], "that of another file")
    _ = table.remove(5, from: &first)
    #expect(table.ids(on: first, of: 1, above: 5, limit: 2) == [7, 9], "that is gone")
    #expect(table.ids(on: first, of: 1, above: 3, limit: 1) == [7])
    #expect(table.ids(on: first, of: 1, above: 99, limit: 9) == [])
    #expect(table.ids(on: first, of: 1, above: .max, limit: 9) == [])
    #expect(table.ids(on: second, of: 2, above: 0, limit: .max) == Array(stride(from: 2, through: 100, by: 2)))
  }

  @Test func idsAreNeverUsedAgain() {
    var table = HandleTable()
    var chain = HandleTable.Chain()
    for expected in 1...10_000 as ClosedRange<UInt64> {
      #expect(table.nextID == expected)
      table.insert(record(expected), on: &chain)
      _ = table.remove(expected, from: &chain)
    }
    #expect(table.count == 0)
  }

  @Test func endOfAFileRemovesItsHandlesOnly() {
    var table = HandleTable()
    var first = HandleTable.Chain()
    var second = HandleTable.Chain()
    for id in 1...1000 as ClosedRange<UInt64> {
      if id % 3 == 0 { table.insert(record(id, file: 2), on: &second) } else { table.insert(record(id), on: &first) }
    }
    for id in stride(from: 1, to: 1000, by: 7) as StrideTo<UInt64> where id % 3 != 0 {
      _ = table.remove(id, from: &first)
    }
    var removed = 0
    table.removeAll(from: &first) { record in
      removed += 1
      #expect(record.file == 1)
    }
    #expect(table.count == 333)
    #expect(table.next(after: 0)?.id == 3)
    table.removeAll(from: &second) { _ in }
    #expect(table.count == 0)
    #expect(table.next(after: 0) == nil)
    table.insert(record(1001), on: &first)
    #expect(table[1001] != nil)
  }
}
