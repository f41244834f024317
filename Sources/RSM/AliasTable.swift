package import RSMKernel
package import Synchronization

/// Where memory of segments is mapped in this process besides the mappings that put and get use: exports of its own, and what it
/// has mapped explicitly.
///
/// Two addresses of the same byte do not look alike, so a copy between them has to ask here which way to go.
@safe package struct AliasTable: ~Copyable {
  /// Pages from `start` to `end` that show the memory of one publication of a segment, from `offset` on.
  package struct Alias: Equatable, Sendable {
    let start: UInt
    let end: UInt
    let offset: UInt
    let identity: Identity

    package init(_ pages: PageRange, offset: UInt, of identity: Identity) {
      start = pages.start
      end = pages.end
      self.offset = offset
      self.identity = identity
    }
  }

  /// Tells the memory of one publication from any other: the counter of a segment, which changes with every withdrawal.
  package struct Identity: Equatable, Sendable {
    let counter: UInt
    let generation: UInt64

    package init(counter: UnsafePointer<Atomic<UInt64>>, generation: UInt64) {
      self.counter = UInt(bitPattern: counter)
      self.generation = generation
    }
  }

  /// The aliases of those segments whose counters share it. All of them lie between `low` and `high`.
  struct Bucket: ~Copyable {
    fileprivate let low = Atomic<UInt>(.max)
    fileprivate let high = Atomic<UInt>(0)
    fileprivate let aliases = Mutex<[Alias]>([])
  }

  private static let bucketCount = 256

  private let buckets: UnsafeMutablePointer<Bucket>

  /// Never given back.
  init() {
    unsafe buckets = .allocate(capacity: Self.bucketCount)
    for index in 0..<Self.bucketCount {
      unsafe (buckets + index).initialize(to: Bucket())
    }
  }

  func bucket(of counter: UnsafePointer<Atomic<UInt64>>) -> UnsafePointer<Bucket> {
    unsafe bucket(UInt(bitPattern: counter))
  }

  package func insert(_ alias: Alias) {
    let bucket = unsafe bucket(alias.identity.counter)
    unsafe bucket.pointee.change { $0.append(alias) }
  }

  package func remove(_ alias: Alias) {
    let bucket = unsafe bucket(alias.identity.counter)
    unsafe bucket.pointee.change { aliases in
      if let index = aliases.firstIndex(of: alias) { aliases.remove(at: index) }
    }
  }

  private func bucket(_ counter: UInt) -> UnsafePointer<Bucket> {
    unsafe UnsafePointer(buckets + Int(counter / UInt(MemoryLayout<UInt64>.stride) % UInt(Self.bucketCount)))
  }
}

extension AliasTable.Bucket {
  /// Whether the `count` bytes at `address` may be memory of a segment.
  @inline(__always)
  func mayTouch(_ address: UInt, _ count: UInt) -> Bool {
    address < high.load(ordering: .relaxed) && address &+ count > low.load(ordering: .relaxed)
  }

  /// Where in the segment the byte at `address` would be if the alias that the `count` bytes there touch went on to both sides.
  func offset(of address: UInt, _ count: UInt, in identity: AliasTable.Identity) -> Int? {
    aliases.withLock { aliases in
      aliases.first { $0.identity == identity && address < $0.end && address &+ count > $0.start }
        .map { Int(bitPattern: $0.offset &+ address &- $0.start) }
    }
  }

  fileprivate func change(_ body: (inout sending [AliasTable.Alias]) -> Void) {
    aliases.withLock { aliases in
      body(&aliases)
      low.store(aliases.map(\.start).min() ?? .max, ordering: .relaxed)
      high.store(aliases.map(\.end).max() ?? 0, ordering: .relaxed)
    }
  }
}
