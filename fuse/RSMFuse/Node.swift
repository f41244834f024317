/// What an inode number of the control filesystem stands for. Nothing is remembered about a node; the number says it all.
enum Node: Equatable {
  case root
  case control
  case status
  case handles
  case handle(UInt64)

  private static let firstHandle: UInt64 = 0x1000

  init?(inode: UInt64) {
    switch inode {
    case 1: self = .root
    case 2: self = .control
    case 3: self = .status
    case 4: self = .handles
    case Self.firstHandle...: self = .handle(inode - Self.firstHandle)
    default: return nil
    }
  }

  var inode: UInt64 {
    switch self {
    case .root: 1
    case .control: 2
    case .status: 3
    case .handles: 4
    case .handle(let id): Self.firstHandle &+ id
    }
  }

  /// The entries of the root, in the order of listing.
  static let rootEntries: [(name: String, node: Node)] = [
    ("ctl", .control), ("status", .status), ("handles", .handles),
  ]

  /// The handle id that a file name spells, nil for any other spelling and for numbers that no inode number is left for.
  static func handleID(named name: String) -> UInt64? {
    guard let id = UInt64(name), id > 0, id <= .max - firstHandle, String(id) == name else { return nil }
    return id
  }
}
