import RSMBackend

extension FileSystem {
  typealias Entry = (name: String, node: Node, cookie: UInt64)

  /// How many handles of a process are looked up at a time: about as many as fit an answer of 4 KiB.
  private static let portion = 128

  /// Gives `take` the entries of a directory after the one with cookie `cookie`, 0 for the first, until it returns false.
  ///
  /// The cookie of a handle, a segment or a connection comes from its id and that of a process from its pid, so that those which go while somebody lists
  /// change nothing for the others.
  func list(_ directory: Node, after cookie: UInt64, _ take: (Entry) -> Bool) {
    if cookie < 1 { guard take((".", directory, 1)) else { return } }
    if cookie < 2 { guard take(("..", directory.parent, 2)) else { return } }
    let position = max(cookie, 2) - 2
    switch directory {
    case .handles: listHandles(after: position, take)
    case .processes: listProcesses(after: position, take)
    case .processHandles(let pid): listHandles(of: pid, after: position, take)
    case .segments: listSegments(after: position, take)
    case .processExports(let pid): listExports(of: pid, after: position, take)
    case .processImports(let pid): listImports(of: pid, after: position, take)
    case .segment(let number) where backend.segments[publication: number] == nil: return
    case .process(let pid) where backend.processes[pid] == nil: return
    default:
      for (index, entry) in (directory.fixedEntries ?? []).enumerated() where UInt64(index) >= position {
        guard entry.node != .grant || hasGrant else { continue }
        guard take((entry.name, entry.node, UInt64(index) + 3)) else { return }
      }
    }
  }

  private func listHandles(after position: UInt64, _ take: (Entry) -> Bool) {
    var position = position
    while let id = backend.handles.next(after: position)?.id, take((String(id), .handle(id), id + 2)) {
      position = id
    }
  }

  private func listHandles(of pid: Int32, after position: UInt64, _ take: (Entry) -> Bool) {
    var ids = backend.handleIDs(of: pid, after: position, limit: Self.portion)
    while let last = ids.last {
      guard ids.allSatisfy({ take((String($0), .handleLink($0), $0 + 2)) }) else { return }
      ids = backend.handleIDs(of: pid, after: last, limit: Self.portion)
    }
  }

  private func listProcesses(after position: UInt64, _ take: (Entry) -> Bool) {
    guard var position = Int32(exactly: position) else { return }
    while let pid = backend.processes.next(after: position),
      take((String(pid), .process(pid), UInt64(UInt32(bitPattern: pid)) + 2))
    {
      position = pid
    }
  }

  private func listSegments(after position: UInt64, _ take: (Entry) -> Bool) {
    guard var position = UInt32(exactly: position) else { return }
    while let id = backend.segments.nextSegment(after: position),
      let publication = backend.segments[segment: id],
      take((String(id), .segment(publication.number), UInt64(id) + 2))
    {
      position = id
    }
  }

  private func listExports(of pid: Int32, after position: UInt64, _ take: (Entry) -> Bool) {
    guard var position = UInt32(exactly: position) else { return }
    while let publication = backend.nextExport(of: pid, after: position),
      take((String(publication.segmentID), .exportLink(publication.number), UInt64(publication.segmentID) + 2))
    {
      position = publication.segmentID
    }
  }

  private func listImports(of pid: Int32, after position: UInt64, _ take: (Entry) -> Bool) {
    var position = position
    while let connection = backend.nextImport(of: pid, after: position),
      take((String(connection.id), .importLink(connection.id), connection.id + 2))
    {
      position = connection.id
    }
  }
}
