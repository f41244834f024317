import RSMKernel
import Synchronization

/// One connection of this process to a segment.
///
/// `gate` guards everything that is not atomic: whoever is inside may read it, whoever has closed it may change it.
struct ImportRecord: ~Copyable, StableRecord {
  enum Mapping {
    case none
    /// Made by the library for a put or get.
    case implicit
    /// Asked for by the program, which has the pages of this range.
    case explicit(PageRange)
  }

  /// What moving bytes takes.
  @safe struct Reach {
    /// Where the library has mapped the whole segment with the rights that were granted, 0 for not at all.
    var base: UInt = 0
    /// The part that put and get may touch.
    var window: Range<UInt> = 0..<0
    let length: UInt
    let rights: AccessRights
    let counter: UnsafePointer<Atomic<UInt64>>
    let generation: UInt64
    let aliases: UnsafePointer<AliasTable.Bucket>

    /// Whether the segment has been withdrawn since the connection was made.
    @inline(__always)
    var isAborted: Bool { unsafe counter.pointee.load(ordering: .acquiring) != generation }
  }

  let gate = MarkGate()
  let isImplicit = Atomic<Bool>(true)
  /// The token of the barrier that implicit puts and gets need, 0 for none.
  let barrier = Atomic<UInt>(0)
  var reach: Reach?
  var mapping = Mapping.none
  var memory: ImportedMemory?

  init() {}
}
