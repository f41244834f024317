/// What is known of the memory behind a handle. Only the kernel's word makes it more than a claim.
package enum HandleState: Equatable, Sendable {
  /// The owner says so; nobody has asked the kernel yet.
  case claimed
  /// Every page is locked and resident.
  case pinned
  /// Some pages are not: `good` of `total` are locked and resident.
  case unpinned(good: UInt64, total: UInt64)
  /// The memory is not the memory that was registered: it was unmapped, moved, replaced or discarded.
  case stale
  /// The kernel could not be asked; the text says why.
  case unknown(String)
}

extension HandleState: CustomStringConvertible {
  package var description: String {
    switch self {
    case .claimed: "claimed"
    case .pinned: "pinned"
    case .unpinned(let good, let total): "unpinned (\(good) of \(total) pages)"
    case .stale: "stale"
    case .unknown(let why): "unknown (\(why))"
    }
  }
}
