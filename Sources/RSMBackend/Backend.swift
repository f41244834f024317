import CRSM
package import RSMControl
package import RSMKernel

/// The agent's tables and what clients may do to them. Knows neither FUSE nor the client library. Belongs to the loop thread.
package final class Backend {
  package private(set) var handles = HandleTable()
  package private(set) var requestCount: UInt64 = 0
  package private(set) var refusalCount: UInt64 = 0
  package let segments: SegmentTable
  var memoryFiles = MemoryFileTable()
  package let inspections: Inspections
  package let quotas: Quotas
  package let configuration: Configuration
  package let processLimit: Int
  let log: NoticeLog
  let clients: ClientTable
  private lazy var sweep = Sweep(loop: loop, self)
  private let loop: EventLoop

  /// - Parameters:
  ///   - processLimit: how many processes may be clients at a time.
  ///   - notice: takes what an administrator should know.
  package init(
    loop: EventLoop, inspections: Inspections, segments: SegmentTable, configuration: Configuration = Configuration(),
    processLimit: Int = .max, notice: @escaping (String) -> Void
  ) {
    self.loop = loop
    self.inspections = inspections
    self.segments = segments
    log = NoticeLog(notice)
    self.configuration = configuration
    self.processLimit = processLimit
    quotas = Quotas(configuration)
    clients = ClientTable(
      loop: loop, log: log, quotas: quotas, configuration: configuration, processLimit: processLimit)
    clients.ended = { [unowned self] file in
      guard let account = file.owner?.account else { return }
      handles.removeAll(from: &file.handles) { quotas.removeHandle(of: $0.coveredBytes, from: account) }
      endSegments(of: file, account.user)
    }
    clients.forgotten = { [unowned self] in endConnections(of: $0) }
  }

  package var openFileCount: Int { clients.fileCount }
  package var processCount: Int { clients.processCount }

  /// A new open file of `ctl`, nil if the caller's user has as many files open as it may.
  package func openFile(by caller: Caller) -> UInt64? {
    admitFile(of: caller).map { clients.open(by: $0) }
  }

  /// Counts an open file of the mount; nil if the caller's user has as many as it may.
  package func admitFile(of caller: Caller) -> Quotas.User? {
    do throws(Excess) {
      return try quotas.addFile(of: caller.uid)
    } catch {
      refusalCount += 1
      log.report(error, "an open file", uid: caller.uid, pid: caller.thread)
      return nil
    }
  }

  /// The last reference to an open file is gone, and with it all that was made on it.
  package func release(file: UInt64) {
    clients.release(file)
  }

  /// Carries out one ioctl request in place.
  ///
  /// - Parameter bytes: the request, replaced by the reply.
  /// - Returns: the result of the ioctl; nil if there is no such command with this size.
  package func carryOut(
    command: UInt32, file id: UInt64, caller: Caller, _ bytes: UnsafeMutableRawBufferPointer
  ) -> Int32? {
    switch command {
    case rsm_ctl_hello.command:
      unsafe answer(bytes) { (hello: inout rsm_ctl_hello) throws(Refusal) in
        try clients.hello(&hello, try openFile(id), caller)
      }
    case rsm_ctl_create_handle.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_create_handle) throws(Refusal) in
        try mutate(&request, file: id, caller) { request, file, owner throws(Refusal) in
          try createHandle(&request, file, owner, caller)
        }
      }
    case rsm_ctl_free_handle.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_free_handle) throws(Refusal) in
        guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
        try mutate(&request, file: id, caller) { request, file, owner throws(Refusal) in
          try freeHandle(request.id, file, owner)
        }
      }
    case rsm_ctl_strike_handle.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_strike_handle) throws(Refusal) in
        guard request.reserved == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
        try mutate(&request, file: id, caller) { request, file, _ throws(Refusal) in
          try strikeHandle(request.id, file)
        }
      }
    case rsm_ctl_set_moving.command:
      unsafe answer(bytes) { (request: inout rsm_ctl_set_moving) throws(Refusal) in
        guard request.moving <= 1 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
        try mutate(&request, file: id, caller) { request, file, _ throws(Refusal) in
          file.setMoving(request.moving == 1)
        }
      }
    default:
      unsafe carryOutOnSegments(command: command, file: id, caller: caller, bytes)
    }
  }

  func answer<Request: ControlRequest & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawBufferPointer, _ body: (inout Request) throws(Refusal) -> Void
  ) -> Int32? {
    guard bytes.count == MemoryLayout<Request>.size else { return nil }
    requestCount += 1
    var request = unsafe bytes.loadUnaligned(as: Request.self)
    var result = RSM_SUCCESS
    do throws(Refusal) {
      request.reason = Refusal.Reason.none.rawValue
      try body(&request)
    } catch {
      refusalCount += 1
      request.reason = error.reason.rawValue
      result = error.code
    }
    unsafe bytes.storeBytes(of: request, as: Request.self)
    return result
  }

  func openFile(_ id: UInt64) throws(Refusal) -> OpenFile {
    guard let file = clients[file: id] else { throw Refusal(code: RSMERR_INTERNAL_ERROR, reason: .noHello) }
    return file
  }

  /// Runs `body` once for each sequence number of a slot, whatever happens on the way to the client.
  func mutate<Request: MutatingRequest>(
    _ request: inout Request, file id: UInt64, _ caller: Caller,
    _ body: (inout Request, OpenFile, Owner) throws(Refusal) -> Void
  ) throws(Refusal) {
    let file = try openFile(id)
    guard let owner = file.owner else {
      throw Refusal(code: RSMERR_NOT_CREATOR, reason: file.isOrphaned ? .notOwner : .noHello)
    }
    guard owner.process.owns(thread: caller.thread) else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notOwner) }
    let slot = request.slot
    if let kept = try file.journal.reply(to: slot, command: Request.command) {
      request.value = kept.value
      request.detail = kept.detail
      guard kept.result == RSM_SUCCESS else { throw Refusal(code: kept.result, reason: .init(rawValue: kept.reason)) }
      return
    }
    var reply = RequestJournal.Reply(sequence: slot.sequence, command: Request.command)
    do throws(Refusal) {
      try body(&request, file, owner)
      reply.value = request.value
      reply.detail = request.detail
      file.journal.keep(reply, in: slot.slot)
    } catch {
      reply.result = error.code
      reply.reason = error.reason.rawValue
      file.journal.keep(reply, in: slot.slot)
      throw error
    }
  }

  private func createHandle(
    _ request: inout rsm_ctl_create_handle, _ file: OpenFile, _ owner: Owner, _ caller: Caller
  ) throws(Refusal) {
    guard request.controller == RSM_CTL_LOOPBACK else {
      throw Refusal(code: RSMERR_CTLR_NOT_PRESENT, reason: .badController)
    }
    guard request.id == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField) }
    guard let pages = PageRange(address: UInt(request.address), length: UInt(request.length)) else {
      throw Refusal(code: RSMERR_BAD_ADDR, reason: .badRange)
    }
    guard request.tagged <= UInt64(pages.pageCount) else {
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .badTag)
    }
    do throws(Excess) {
      try quotas.addHandle(of: UInt128(pages.byteCount), to: owner.account)
    } catch {
      log.report(
        error, "a handle of \(pages.byteCount) bytes", uid: owner.account.user.uid, pid: owner.process.pid)
      throw error.refusal
    }
    let record = HandleTable.Record(
      id: handles.nextID, file: file.id, address: request.address, length: request.length, created: Clock.microseconds,
      uid: caller.uid, gid: caller.gid, tagged: request.tagged)
    handles.insert(record, on: &file.handles)
    request.id = record.id
    sweep.wake()
  }

  private func freeHandle(_ id: UInt64, _ file: OpenFile, _ owner: Owner) throws(Refusal) {
    guard handles[id]?.file == file.id, let record = handles.remove(id, from: &file.handles) else {
      throw Refusal(code: RSMERR_BAD_LOCALMEM_HNDL, reason: .noSuchHandle)
    }
    quotas.removeHandle(of: record.coveredBytes, from: owner.account)
  }

  private func strikeHandle(_ id: UInt64, _ file: OpenFile) throws(Refusal) {
    guard handles[id]?.file == file.id else {
      throw Refusal(code: RSMERR_BAD_LOCALMEM_HNDL, reason: .noSuchHandle)
    }
    handles.note(.stale, of: id)
  }

  // MARK: Inspection

  /// Asks the kernel about a live handle and calls `completion` with the contents of its file, nil if it is no longer live.
  package func describe(handle id: UInt64, for reader: Caller, _ completion: @escaping (HandleFile?) -> Void) {
    guard let record = handles[id], let owner = clients[file: record.file]?.owner else { return completion(nil) }
    let user: Quotas.User
    do throws(Excess) {
      user = try quotas.addHeldRead(of: reader.uid)
    } catch {
      refusalCount += 1
      log.report(error, "an inspection", uid: reader.uid, pid: reader.thread)
      return completion(HandleFile(record, pid: owner.process.pid, .tooManyReads))
    }
    ask(about: record, of: owner) { [unowned self] answer in
      quotas.removeHeldRead(of: user)
      completion(handles[id].map { HandleFile($0, pid: owner.process.pid, answer) })
    }
  }

  /// Asks the kernel about a live handle of `owner` and remembers what it says.
  func ask(
    about record: HandleTable.Record, of owner: Owner, _ completion: @escaping (InspectionAnswer) -> Void
  ) {
    let moves = clients[file: record.file]?.moves
    inspections.ask(owner.target, about: record.pages, notBefore: record.created) { [unowned self] answer in
      let file = clients[file: record.file]
      let answer = file?.moves == moves && file?.isMoving == false ? answer : .movingMemory
      note(answer, of: record)
      completion(answer)
    }
  }

  private func note(_ answer: InspectionAnswer, of record: HandleTable.Record) {
    switch answer.state(of: record.pages, tagged: record.tagged) {
    case .pinned: handles.note(.pinned, of: record.id)
    case .unpinned: handles.note(.unpinned, of: record.id)
    case .stale: handles.note(.stale, of: record.id)
    case .claimed, .unknown: break
    }
  }
}

extension HandleTable.Record {
  /// The whole pages the handle covers; they were checked when it was created.
  var pages: PageRange {
    guard let range = PageRange(address: UInt(address), length: UInt(length)) else {
      preconditionFailure("a record of no pages")
    }
    return range
  }

  /// Bytes, whole pages.
  fileprivate var coveredBytes: UInt128 { UInt128(pages.byteCount) }
}

extension HandleFile {
  fileprivate init(_ record: HandleTable.Record, pid: Int32, _ answer: InspectionAnswer) {
    self.init(
      id: record.id, controller: ControlTree.loopback, pid: pid, uid: record.uid, gid: record.gid,
      address: record.address, length: record.length, pages: UInt64(record.pages.pageCount), tagged: record.tagged,
      created: Timestamp(microseconds: record.created),
      state: record.finding == .stale ? .stale : answer.state(of: record.pages, tagged: record.tagged),
      check: answer.check)
  }
}
