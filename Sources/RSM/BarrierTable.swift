import Synchronization

/// The barrier objects that are initialised, and the segments they belong to.
struct BarrierTable: ~Copyable {
  /// The lock guards the chains; everything else is atomic and is checked against the token.
  struct Record: ~Copyable, StableRecord {
    /// The token, with `openMark` during a span; anything else means that the barrier is gone.
    let state = Atomic<UInt>(0)
    let address = Atomic<UInt>(0)
    let segment = Atomic<UInt>(0)
    var nextSlot = -1

    init() {}
  }

  typealias Barrier = UnsafeMutablePointer<StableTable<Record>.Cell>

  /// A bit that no token has.
  static let openMark: UInt = 1 << 63
  private static let limit = 1 << 20
  private static let chainCount = 512

  private let barriers = StableTable<Record>(.barrier, limit: limit)
  /// Makes tags that no other process and no forked child makes.
  private let secret = UInt.random(in: 0...UInt.max)
  /// The first slot of each chain of barriers whose addresses share it, -1 for none.
  private let chains = Mutex([Int](repeating: -1, count: chainCount))

  /// A live barrier by what its object says.
  @inline(__always)
  subscript(key: BarrierKey) -> Barrier? {
    guard let barrier = unsafe barriers[key.token],
      unsafe barrier.pointee.record.address.load(ordering: .relaxed) == key.address
    else { return nil }
    return unsafe barrier
  }

  /// Whether `key` is one that this table has given out, for a barrier that need not live any more.
  func knows(_ key: BarrierKey) -> Bool {
    key.tag == tag(key.token, key.address)
  }

  /// Makes a barrier. None must be known at its address.
  ///
  /// - Parameter address: where its object lies, nil for one that has none.
  func insert(at address: UInt?, of segment: Token) throws(RSMError) -> BarrierKey {
    let (barrier, token) = unsafe try barriers.take()
    // No object lies at an address that a token could be taken for.
    let address = address ?? token.rawValue
    unsafe barrier.pointee.record.address.store(address, ordering: .relaxed)
    unsafe barrier.pointee.record.segment.store(segment.rawValue, ordering: .relaxed)
    unsafe barrier.pointee.record.state.store(token.rawValue, ordering: .relaxed)
    unsafe barrier.pointee.token.store(token.rawValue, ordering: .releasing)
    let slot = token.slot
    chains.withLock { chains in
      unsafe barriers.cell(slot)?.pointee.record.nextSlot = chains[Self.chain(of: address)]
      chains[Self.chain(of: address)] = slot
    }
    return BarrierKey(token: token, tag: tag(token, address), address: address)
  }

  /// - Returns: false if another thread has been faster.
  func remove(_ token: Token, at address: UInt) -> Bool {
    chains.withLock { chains in
      var previous = -1
      var slot = chains[Self.chain(of: address)]
      while let barrier = unsafe barriers.cell(slot) {
        let next = unsafe barrier.pointee.record.nextSlot
        if unsafe barrier.pointee.token.load(ordering: .relaxed) == token.rawValue {
          unlink(after: previous, next, from: &chains[Self.chain(of: address)])
          unsafe discard(barrier)
          return true
        }
        (previous, slot) = (slot, next)
      }
      return false
    }
  }

  /// Removes the barriers of a segment that ends.
  func removeAll(of segment: Token) {
    chains.withLock { chains in
      for index in chains.indices {
        var previous = -1
        var slot = chains[index]
        while let barrier = unsafe barriers.cell(slot) {
          let next = unsafe barrier.pointee.record.nextSlot
          if unsafe barrier.pointee.record.segment.load(ordering: .relaxed) == segment.rawValue {
            unlink(after: previous, next, from: &chains[index])
            unsafe discard(barrier)
          } else {
            previous = slot
          }
          slot = next
        }
      }
    }
  }

  /// The barrier at an address, which the object there need not know of: a program may clear it or use its memory again.
  func key(at address: UInt) -> BarrierKey? {
    let token = chains.withLock { chains -> UInt? in
      var slot = chains[Self.chain(of: address)]
      while let barrier = unsafe barriers.cell(slot) {
        if unsafe barrier.pointee.record.address.load(ordering: .relaxed) == address {
          return unsafe barrier.pointee.token.load(ordering: .relaxed)
        }
        slot = unsafe barrier.pointee.record.nextSlot
      }
      return nil
    }
    return token.map(Token.init(rawValue:)).map { BarrierKey(token: $0, tag: tag($0, address), address: address) }
  }

  private func unlink(after previous: Int, _ next: Int, from first: inout Int) {
    if let previous = unsafe barriers.cell(previous) {
      unsafe previous.pointee.record.nextSlot = next
    } else {
      first = next
    }
  }

  private func discard(_ barrier: Barrier) {
    unsafe barrier.pointee.token.store(0, ordering: .releasing)
    unsafe barrier.pointee.record.state.store(0, ordering: .relaxed)
    barriers.giveBack(unsafe barrier.pointee.slot)
  }

  private static func chain(of address: UInt) -> Int {
    // Objects lie 8 bytes apart at least.
    Int((address >> 3 ^ address >> 12) % UInt(chainCount))
  }

  /// Garbage on the stack does not have it by chance; it keeps nobody from forging one. Never 0.
  private func tag(_ token: Token, _ address: UInt) -> UInt {
    var mixed = (token.rawValue ^ secret) &* 0x9e37_79b9_7f4a_7c15 ^ address
    mixed = (mixed ^ mixed >> 29) &* 0xbf58_476d_1ce4_e5b9
    return (mixed ^ mixed >> 32) | 1
  }
}
