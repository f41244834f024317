import CRSM
import RSMControl
import RSMKernel

/// Connections, and the open files of `memory` that carry their rights.
extension Backend {
  /// A new open file of `memory`, nil if the caller's user has as many files open as it may.
  ///
  /// - Parameter isPassthrough: whether whoever opens it can map the memory.
  package func openMemory(
    of publication: Publication, for rights: Rights, isPassthrough: Bool, by caller: Caller
  ) -> UInt64? {
    guard let opener = admitFile(of: caller) else { return nil }
    if isPassthrough { publication.export.memory?.isGranted = true }
    return memoryFiles.insert(
      MemoryFile(opener: opener, publication: publication, rights: rights, isPassthrough: isPassthrough))
  }

  /// The last reference to an open file of `memory` is gone.
  package func release(memoryFile id: UInt64) {
    guard let file = memoryFiles.remove(id) else { return }
    if let connection = file.connection { end(connection: connection) }
    quotas.removeFile(of: file.opener)
  }

  /// The memory behind an open file as long as the segment is published.
  package func memory(ofFile id: UInt64) -> SegmentMemory? {
    guard let publication = memoryFiles[id]?.publication, segments[publication: publication.number] != nil else {
      return nil
    }
    return publication.export.memory
  }

  /// Carries out one ioctl request on an open file of `memory`, as `carryOut`.
  package func carryOut(
    command: UInt32, memoryFile id: UInt64, caller: Caller, _ bytes: UnsafeMutableRawBufferPointer
  ) -> Int32? {
    switch command {
    case rsm_ctl_connect.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_connect) throws(Refusal) in
        try connect(&request, memoryFile: id, caller)
      }
    case rsm_ctl_disconnect.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_disconnect) throws(Refusal) in
        try disconnect(request, memoryFile: id, caller)
      }
    default:
      nil
    }
  }

  private func connect(
    _ request: inout rsm_ctl_connect, memoryFile id: UInt64, _ caller: Caller
  ) throws(Refusal) {
    guard let file = memoryFiles[id] else { throw Self.notPublished }
    let owner = try client(caller)
    guard request.reserved == 0, request.segment_id == 0 || request.segment_id == file.publication.segmentID else {
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField)
    }
    let connection: Connection
    if let known = file.connection.flatMap({ segments[connection: $0] }) {
      guard known.owner == owner.process.inode else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notOwner) }
      connection = known
    } else {
      connection = try self.connection(of: owner, to: file.publication, for: file.rights)
      memoryFiles.setConnection(connection.id, of: id)
    }
    answer(&request, connection)
    request.passthrough = file.isPassthrough ? 1 : 0
  }

  private func disconnect(
    _ request: rsm_ctl_disconnect, memoryFile id: UInt64, _ caller: Caller
  ) throws(Refusal) {
    let owner = try client(caller)
    guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
    guard let known = memoryFiles[id]?.connection, request.id == 0 || request.id == known else {
      throw Self.notConnected
    }
    guard segments[connection: known]?.owner == owner.process.inode else {
      throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notOwner)
    }
    memoryFiles.setConnection(nil, of: id)
    end(connection: known)
  }

  // MARK: Without rights

  func connect(
    _ request: inout rsm_ctl_connect, control file: OpenFile, _ caller: Caller
  ) throws(Refusal) {
    let owner = try owner(of: file, caller)
    guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
    guard let publication = segments[segment: request.segment_id] else { throw Self.notPublished }
    let connection = try connection(of: owner, to: publication, for: [])
    file.connections.insert(connection.id)
    answer(&request, connection)
    request.passthrough = 0
  }

  func disconnect(_ request: rsm_ctl_disconnect, control file: OpenFile, _ caller: Caller) throws(Refusal) {
    let owner = try owner(of: file, caller)
    guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
    guard file.connections.remove(request.id) != nil else { throw Self.notConnected }
    end(connection: request.id, owner.account.user)
  }

  private func owner(of file: OpenFile, _ caller: Caller) throws(Refusal) -> Owner {
    guard let owner = file.owner else {
      throw Refusal(code: RSMERR_NOT_CREATOR, reason: file.isOrphaned ? .notOwner : .noHello)
    }
    guard owner.process.owns(thread: caller.thread) else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notOwner) }
    return owner
  }

  // MARK: Both

  private static let notPublished = Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished)
  private static let notConnected = Refusal(code: RSMERR_BAD_SEG_HNDL, reason: .notConnected)

  private func client(_ caller: Caller) throws(Refusal) -> Owner {
    guard let owner = clients.owner(of: caller) else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .noHello) }
    return owner
  }

  private func connection(
    of owner: Owner, to publication: Publication, for rights: Rights
  ) throws(Refusal) -> Connection {
    guard segments[publication: publication.number] != nil else { throw Self.notPublished }
    let user = owner.account.user
    do throws(Excess) {
      try quotas.addConnection(to: user)
    } catch {
      log.report(error, "a connection", uid: user.uid, pid: owner.process.pid)
      throw error.refusal
    }
    return segments.connect(
      Importer(process: owner.process.inode, pid: owner.process.pid, uid: user.uid), rights: rights, to: publication)
  }

  private func answer(_ request: inout rsm_ctl_connect, _ connection: Connection) {
    let export = connection.publication.export
    request.segment_id = connection.publication.segmentID
    request.id = connection.id
    request.length = export.length
    request.generation = connection.generation
    request.generation_slot = export.generationSlot
    request.rights = connection.rights.rawValue
  }

  private func end(connection id: UInt64) {
    guard let connection = segments[connection: id] else { return }
    if let user = clients[process: connection.owner]?.account.user {
      end(connection: id, user)
    }
  }

  func end(connection id: UInt64, _ user: Quotas.User) {
    guard let connection = segments[connection: id] else { return }
    segments.disconnect(connection)
    quotas.removeConnection(from: user)
  }

  /// Ends what a process that is a client no longer has on files that others may keep open.
  func endConnections(of owner: Owner) {
    for id in segments.connectionIDs(of: owner.process.inode) { end(connection: id, owner.account.user) }
  }
}
