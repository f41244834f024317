/// The live local memory handles of all clients, found by id, listed in the order of their ids, and chained per open file.
///
/// Invariants: `order` is sorted by id; an entry of it is dead or names the slot of a live record with that id; every live record
/// is on the chain of its file exactly once; a chain is sorted by id, the highest first; a stale record stays stale.
package struct HandleTable {
  /// What the last look at a handle's memory has found.
  package enum Finding: UInt8, Sendable {
    case unchecked, pinned, unpinned, stale
  }

  package struct Record {
    package let id: UInt64
    /// The open file the handle was created on.
    package let file: UInt64
    package let address: UInt64
    /// Bytes, as registered.
    package let length: UInt64
    /// Microseconds since 1970.
    package let created: UInt64
    package let uid: UInt32
    package let gid: UInt32
    /// Pages that carry an identity tag, as the owner says.
    package let tagged: UInt64
    package fileprivate(set) var finding = Finding.unchecked
    fileprivate var previous = noSlot
    fileprivate var next = noSlot

    package init(
      id: UInt64, file: UInt64, address: UInt64, length: UInt64, created: UInt64, uid: UInt32, gid: UInt32,
      tagged: UInt64
    ) {
      self.id = id
      self.file = file
      self.address = address
      self.length = length
      self.created = created
      self.uid = uid
      self.gid = gid
      self.tagged = tagged
    }
  }

  /// The handles of one open file.
  package struct Chain {
    fileprivate var first = noSlot

    package init() {}
  }

  private struct OrderEntry {
    let id: UInt64
    var slot: Int32
  }

  private var slots: [Record] = []
  private var freeSlots: [Int32] = []
  private var order: [OrderEntry] = []
  private var lastID: UInt64 = 0
  package private(set) var count = 0
  /// Live handles that are known to be stale.
  package private(set) var staleCount = 0
  /// Live handles of which the last look found pages that were not locked or not resident.
  package private(set) var unpinnedCount = 0

  package init() {}

  /// The id the next record must have.
  package var nextID: UInt64 { lastID + 1 }

  package mutating func insert(_ record: Record, on chain: inout Chain) {
    precondition(record.id == nextID, "ids ascend")
    lastID = record.id
    let slot = freeSlots.popLast() ?? Int32(slots.count)
    var record = record
    record.next = chain.first
    record.previous = noSlot
    if chain.first != noSlot { slots[Int(chain.first)].previous = slot }
    chain.first = slot
    if Int(slot) == slots.count { slots.append(record) } else { slots[Int(slot)] = record }
    order.append(OrderEntry(id: record.id, slot: slot))
    count += 1
  }

  package subscript(id: UInt64) -> Record? {
    guard let place = place(of: id) else { return nil }
    return slots[Int(order[place].slot)]
  }

  /// Remembers what a look at a live handle's memory has found.
  package mutating func note(_ finding: Finding, of id: UInt64) {
    guard let place = place(of: id) else { return }
    let slot = Int(order[place].slot)
    guard slots[slot].finding != .stale else { return }
    count(slots[slot].finding, -1)
    count(finding, 1)
    slots[slot].finding = finding
  }

  private mutating func count(_ finding: Finding, _ change: Int) {
    switch finding {
    case .unchecked, .pinned: return
    case .unpinned: unpinnedCount += change
    case .stale: staleCount += change
    }
  }

  /// The first live handle with an id above `id`.
  package func next(after id: UInt64) -> Record? {
    var place = firstPlace(notBelow: id &+ 1)
    while place < order.count {
      let slot = order[place].slot
      if slot != noSlot { return slots[Int(slot)] }
      place += 1
    }
    return nil
  }

  /// The ids above `id` of the handles of one open file, ascending, at most `limit`. Fast if `id` is one of them.
  package func ids(on chain: Chain, of file: UInt64, above id: UInt64, limit: Int) -> [UInt64] {
    var ids: [UInt64] = []
    var slot = noSlot
    if let place = place(of: id), slots[Int(order[place].slot)].file == file {
      slot = slots[Int(order[place].slot)].previous
    } else {
      var lower = chain.first
      while lower != noSlot, slots[Int(lower)].id > id {
        slot = lower
        lower = slots[Int(lower)].next
      }
    }
    while slot != noSlot, ids.count < limit {
      ids.append(slots[Int(slot)].id)
      slot = slots[Int(slot)].previous
    }
    return ids
  }

  package mutating func remove(_ id: UInt64, from chain: inout Chain) -> Record? {
    guard let place = place(of: id) else { return nil }
    let slot = order[place].slot
    let record = slots[Int(slot)]
    if record.previous == noSlot { chain.first = record.next } else { slots[Int(record.previous)].next = record.next }
    if record.next != noSlot { slots[Int(record.next)].previous = record.previous }
    order[place].slot = noSlot
    freeSlots.append(slot)
    count -= 1
    count(record.finding, -1)
    compactIfSparse()
    return record
  }

  /// Removes all handles of one open file.
  package mutating func removeAll(from chain: inout Chain, _ removed: (Record) -> Void) {
    while chain.first != noSlot {
      guard let record = remove(slots[Int(chain.first)].id, from: &chain) else { return }
      removed(record)
    }
  }

  private mutating func compactIfSparse() {
    guard order.count > 2 * count + 1024 else { return }
    order.removeAll { $0.slot == noSlot }
    if count == 0 {
      self.slots = []
      freeSlots = []
    }
  }

  private func place(of id: UInt64) -> Int? {
    let place = firstPlace(notBelow: id)
    guard place < order.count, order[place].id == id, order[place].slot != noSlot else { return nil }
    return place
  }

  private func firstPlace(notBelow id: UInt64) -> Int {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if order[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// No slot: the end of a chain, or a dead entry.
private let noSlot: Int32 = -1
