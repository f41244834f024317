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
      ProcessFile(
        pid: pid, uid: owner.uid, since: Timestamp(microseconds: owner.since), openFiles: owner.files.count,
        handles: owner.handleCount, claimed: owner.claimedBytes, quietSeconds: owner.target.quietSeconds)
    }
  }

  /// The process that a handle belongs to, nil if the handle is gone.
  package func owner(ofHandle id: UInt64) -> Int32? {
    handles[id].flatMap { clients[file: $0.file]?.owner?.process.pid }
  }

  /// The ids above `id` of the handles of a process, ascending.
  package func handleIDs(of pid: Int32, after id: UInt64) -> [UInt64] {
    guard let owner = clients.processes.owner(pid) else { return [] }
    var ids: [UInt64] = []
    for file in owner.files {
      guard let chain = clients[file: file]?.handles else { continue }
      handles.forEachID(on: chain, above: id) { ids.append($0) }
    }
    return ids.sorted()
  }
}
