import RSMControl

/// What an inode number of the control filesystem stands for. Nothing is remembered about a node; the number says it all: its
/// highest byte the kind, the rest an id or a number. A segment goes by the number of its publication, so that one whose segment id
/// is published again is another node.
package enum Node: Equatable, Sendable {
  case root
  case control
  case status
  case metrics
  case handles
  case processes
  case controllers
  case loopback
  /// There once it has been bound.
  case grant
  case segments
  case handle(UInt64)
  case process(Int32)
  case processStatus(Int32)
  case processHandles(Int32)
  /// The link to a handle in the directory of its process.
  case handleLink(UInt64)
  /// The directory of a publication.
  case segment(UInt64)
  case segmentInfo(UInt64)
  case segmentImporters(UInt64)
  case segmentMemory(UInt64)
  case processExports(Int32)
  case processImports(Int32)
  /// The link to a publication in the directory of its exporter.
  case exportLink(UInt64)
  /// The link of a connection to its segment.
  case importLink(UInt64)

  private enum Kind: UInt64 {
    case fixed, handle, process, processStatus, processHandles, handleLink, segment, segmentInfo, segmentImporters,
      segmentMemory, processExports, processImports, exportLink, importLink
  }

  private static let fixed: [Node] = [
    .root, .control, .status, .handles, .metrics, .processes, .controllers, .loopback, .grant, .segments,
  ]
  private static let kindShift: UInt64 = 56
  /// The largest id that an inode number has room for.
  private static let lastID: UInt64 = 1 << kindShift - 1

  package init?(inode: UInt64) {
    let value = inode & Self.lastID
    let pid = Int32(exactly: value) ?? 0
    switch Kind(rawValue: inode >> Self.kindShift) {
    case .fixed where 1...UInt64(Self.fixed.count) ~= value: self = Self.fixed[Int(value) - 1]
    case .handle where value > 0: self = .handle(value)
    case .handleLink where value > 0: self = .handleLink(value)
    case .segment where value > 0: self = .segment(value)
    case .segmentInfo where value > 0: self = .segmentInfo(value)
    case .segmentImporters where value > 0: self = .segmentImporters(value)
    case .segmentMemory where value > 0: self = .segmentMemory(value)
    case .exportLink where value > 0: self = .exportLink(value)
    case .importLink where value > 0: self = .importLink(value)
    case .process where pid > 0: self = .process(pid)
    case .processStatus where pid > 0: self = .processStatus(pid)
    case .processHandles where pid > 0: self = .processHandles(pid)
    case .processExports where pid > 0: self = .processExports(pid)
    case .processImports where pid > 0: self = .processImports(pid)
    default: return nil
    }
  }

  package var inode: UInt64 {
    switch self {
    case .handle(let id): Self.inode(.handle, id)
    case .handleLink(let id): Self.inode(.handleLink, id)
    case .segment(let number): Self.inode(.segment, number)
    case .segmentInfo(let number): Self.inode(.segmentInfo, number)
    case .segmentImporters(let number): Self.inode(.segmentImporters, number)
    case .segmentMemory(let number): Self.inode(.segmentMemory, number)
    case .exportLink(let number): Self.inode(.exportLink, number)
    case .importLink(let id): Self.inode(.importLink, id)
    case .process(let pid): Self.inode(.process, UInt64(UInt32(bitPattern: pid)))
    case .processStatus(let pid): Self.inode(.processStatus, UInt64(UInt32(bitPattern: pid)))
    case .processHandles(let pid): Self.inode(.processHandles, UInt64(UInt32(bitPattern: pid)))
    case .processExports(let pid): Self.inode(.processExports, UInt64(UInt32(bitPattern: pid)))
    case .processImports(let pid): Self.inode(.processImports, UInt64(UInt32(bitPattern: pid)))
    default: Self.inode(.fixed, UInt64((Self.fixed.firstIndex(of: self) ?? -1) + 1))
    }
  }

  private static func inode(_ kind: Kind, _ value: UInt64) -> UInt64 {
    kind.rawValue << kindShift | value & lastID
  }

  /// What `..` means in a directory.
  var parent: Node {
    switch self {
    case .process: .processes
    case .processHandles(let pid), .processExports(let pid), .processImports(let pid): .process(pid)
    case .segment: .segments
    default: .root
    }
  }

  /// The entries of a directory that never change, in the order of listing; nil if this is not such a directory.
  var fixedEntries: [(name: String, node: Node)]? {
    switch self {
    case .root: Self.rootEntries
    case .controllers: [(ControlTree.loopback, .loopback)]
    case .process(let pid):
      [
        (ControlTree.status, .processStatus(pid)), (ControlTree.handles, .processHandles(pid)),
        (ControlTree.exports, .processExports(pid)), (ControlTree.imports, .processImports(pid)),
      ]
    case .segment(let number):
      [
        (ControlTree.info, .segmentInfo(number)), (ControlTree.importers, .segmentImporters(number)),
        (ControlTree.memory, .segmentMemory(number)),
      ]
    default: nil
    }
  }

  private static let rootEntries: [(name: String, node: Node)] = [
    (ControlTree.control, .control), (ControlTree.status, .status), (ControlTree.metrics, .metrics),
    (ControlTree.handles, .handles), (ControlTree.processes, .processes), (ControlTree.controllers, .controllers),
    (ControlTree.segments, .segments), (ControlTree.grant, .grant),
  ]

  /// The id that a file name spells, nil for any other spelling and for numbers that no inode number is left for.
  package static func id(named name: String) -> UInt64? {
    guard let id = UInt64(name), 1...lastID ~= id, String(id) == name else { return nil }
    return id
  }

  /// The segment id that a file name spells, nil for any other spelling.
  package static func segmentID(named name: String) -> UInt32? {
    guard let id = UInt32(name), id > 0, String(id) == name else { return nil }
    return id
  }

  /// The process id that a file name spells, nil for any other spelling.
  package static func processID(named name: String) -> Int32? {
    guard let pid = Int32(name), pid > 0, String(pid) == name else { return nil }
    return pid
  }
}
