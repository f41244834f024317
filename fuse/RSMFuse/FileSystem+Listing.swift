import RSMBackend

extension FileSystem {
  typealias Entry = (name: String, node: Node, cookie: UInt64)

  /// Gives `take` the entries of a directory after the one with cookie `cookie`, 0 for the first, until it returns false.
  ///
  /// The cookie of a handle comes from its id and that of a process from its pid, so that those which go while somebody lists
  /// change nothing for the others.
  func list(_ directory: Node, after cookie: UInt64, _ take: (Entry) -> Bool) {
    if cookie < 1 { guard take((".", directory, 1)) else { return } }
    if cookie < 2 { guard take(("..", directory.parent, 2)) else { return } }
    let position = max(cookie, 2) - 2
    switch directory {
    case .handles: listHandles(after: position, take)
    case .processes: listProcesses(after: position, take)
    case .processHandles(let pid):
      for id in backend.handleIDs(of: pid, after: position) {
        guard take((String(id), .handleLink(id), id + 2)) else { return }
      }
    case .process(let pid) where backend.processes[pid] == nil: return
    default:
      for (index, entry) in (directory.fixedEntries ?? []).enumerated() where UInt64(index) >= position {
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

  private func listProcesses(after position: UInt64, _ take: (Entry) -> Bool) {
    guard var position = Int32(exactly: position) else { return }
    while let pid = backend.processes.next(after: position),
      take((String(pid), .process(pid), UInt64(UInt32(bitPattern: pid)) + 2))
    {
      position = pid
    }
  }
}
