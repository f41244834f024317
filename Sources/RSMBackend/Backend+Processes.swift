package import RSMControl
import RSMKernel

extension Backend {
  package var processes: ProcessTable { clients.processes }

  /// What the only controller there is can do.
  package var loopback: ControllerFile {
    ControllerFile(pageSize: Int(pageSize), physicalPages: physicalPages)
  }

  /// The contents of the file `status` of a process, nil if it is gone.
  package func describe(process pid: Int32) -> ProcessFile? {
    clients.processes.owner(pid).map { owner in
      let counts = segments.counts(of: owner.process.inode)
      return ProcessFile(
        pid: pid, uid: owner.account.user.uid, since: Timestamp(microseconds: owner.since),
        openFiles: owner.files.count,
        handles: Int(owner.account.handles), claimed: owner.account.bytes, exports: counts.exports,
        imports: counts.imports,
        quietSeconds: owner.target.quietSeconds)
    }
  }

  /// The process that a handle belongs to, nil if the handle is gone.
  package func owner(ofHandle id: UInt64) -> Int32? {
    handles[id].flatMap { clients[file: $0.file]?.owner?.process.pid }
  }

  /// The lowest ids above `id` of the handles of a process, ascending, at most `limit`.
  package func handleIDs(of pid: Int32, after id: UInt64, limit: Int) -> [UInt64] {
    clients.processes.owner(pid).map { handleIDs(of: $0, after: id, limit: limit) } ?? []
  }

  func handleIDs(of owner: Owner, after id: UInt64, limit: Int) -> [UInt64] {
    let ids = owner.files.compactMap { clients[file: $0] }.flatMap { file in
      handles.ids(on: file.handles, of: file.id, above: id, limit: limit)
    }
    return Array(ids.sorted().prefix(limit))
  }
}
