import RSMControl

/// What an inode number of the control filesystem stands for. Nothing is remembered about a node; the number says it all: its
/// highest byte the kind, the rest a handle id or a process id.
package enum Node: Equatable, Sendable {
  case root
  case control
  case status
  case metrics
  case handles
  case processes
  case controllers
  case loopback
  case handle(UInt64)
  case process(Int32)
  case processStatus(Int32)
  case processHandles(Int32)
  /// The link to a handle in the directory of its process.
  case handleLink(UInt64)

  private enum Kind: UInt64 {
    case fixed, handle, process, processStatus, processHandles, handleLink
  }

  private static let fixed: [Node] = [
    .root, .control, .status, .handles, .metrics, .processes, .controllers, .loopback,
  ]
  private static let kindShift: UInt64 = 56
  /// The largest handle id that an inode number has room for.
  private static let lastHandle: UInt64 = 1 << kindShift - 1

  package init?(inode: UInt64) {
    let value = inode & Self.lastHandle
    let pid = Int32(exactly: value) ?? 0
    switch Kind(rawValue: inode >> Self.kindShift) {
    case .fixed where 1...UInt64(Self.fixed.count) ~= value: self = Self.fixed[Int(value) - 1]
    case .handle where value > 0: self = .handle(value)
    case .handleLink where value > 0: self = .handleLink(value)
    case .process where pid > 0: self = .process(pid)
    case .processStatus where pid > 0: self = .processStatus(pid)
    case .processHandles where pid > 0: self = .processHandles(pid)
    default: return nil
    }
  }

  package var inode: UInt64 {
    switch self {
    case .handle(let id): Self.inode(.handle, id)
    case .handleLink(let id): Self.inode(.handleLink, id)
    case .process(let pid): Self.inode(.process, UInt64(UInt32(bitPattern: pid)))
    case .processStatus(let pid): Self.inode(.processStatus, UInt64(UInt32(bitPattern: pid)))
    case .processHandles(let pid): Self.inode(.processHandles, UInt64(UInt32(bitPattern: pid)))
    default: Self.inode(.fixed, UInt64((Self.fixed.firstIndex(of: self) ?? -1) + 1))
    }
  }

  private static func inode(_ kind: Kind, _ value: UInt64) -> UInt64 {
    kind.rawValue << kindShift | value & lastHandle
  }

  /// What `..` means in a directory.
  var parent: Node {
    switch self {
    case .process: .processes
    case .processHandles(let pid): .process(pid)
    default: .root
    }
  }

  /// The entries of a directory that never change, in the order of listing; nil if this is not such a directory.
  var fixedEntries: [(name: String, node: Node)]? {
    switch self {
    case .root: Self.rootEntries
    case .controllers: [(ControlTree.loopback, .loopback)]
    case .process(let pid): [(ControlTree.status, .processStatus(pid)), (ControlTree.handles, .processHandles(pid))]
    default: nil
    }
  }

  private static let rootEntries: [(name: String, node: Node)] = [
    (ControlTree.control, .control), (ControlTree.status, .status), (ControlTree.metrics, .metrics),
    (ControlTree.handles, .handles), (ControlTree.processes, .processes), (ControlTree.controllers, .controllers),
  ]

  /// The handle id that a file name spells, nil for any other spelling and for numbers that no inode number is left for.
  package static func handleID(named name: String) -> UInt64? {
    guard let id = UInt64(name), 1...lastHandle ~= id, String(id) == name else { return nil }
    return id
  }

  /// The process id that a file name spells, nil for any other spelling.
  package static func processID(named name: String) -> Int32? {
    guard let pid = Int32(name), pid > 0, String(pid) == name else { return nil }
    return pid
  }
}
