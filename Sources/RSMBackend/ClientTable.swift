import CRSM
import RSMControl
import RSMKernel
import SystemPackage

/// The open files of `ctl` and the processes that said HELLO on them.
///
/// Invariants: a file has an owner if and only if the owner lists the file; an owner without files is forgotten.
final class ClientTable {
  private let loop: EventLoop
  private let log: NoticeLog
  private let quotas: Quotas
  private let configuration: Configuration
  private let processLimit: Int
  private var files: [UInt64: OpenFile] = [:]
  private var owners: [UInt64: Owner] = [:]
  private(set) var processes = ProcessTable()
  private var lastFile: UInt64 = 0
  /// Called when what was made on a file must go: its last reference is gone, or its owner is.
  var ended: (OpenFile) -> Void = { _ in }
  /// Called when a process is a client no longer.
  var forgotten: (Owner) -> Void = { _ in }

  /// - Parameter processLimit: each process costs a descriptor.
  init(
    loop: EventLoop, log: NoticeLog, quotas: Quotas, configuration: Configuration, processLimit: Int
  ) {
    self.loop = loop
    self.log = log
    self.quotas = quotas
    self.configuration = configuration
    self.processLimit = processLimit
  }

  var fileCount: Int { files.count }
  var processCount: Int { owners.count }

  func forEachOwner(_ body: (Owner) -> Void) {
    owners.values.forEach(body)
  }

  subscript(file id: UInt64) -> OpenFile? { files[id] }
  subscript(process inode: UInt64) -> Owner? { owners[inode] }

  /// The client that the caller is a thread of.
  func owner(of caller: Caller) -> Owner? {
    if let owner = processes.owner(caller.thread), owner.process.owns(thread: caller.thread) { return owner }
    guard caller.thread > 0, let pid = try? PIDFD.process(ofThread: caller.thread) else { return nil }
    guard let owner = processes.owner(pid), owner.process.owns(thread: caller.thread) else { return nil }
    return owner
  }

  func open(by user: Quotas.User) -> UInt64 {
    lastFile += 1
    files[lastFile] = OpenFile(id: lastFile, opener: user)
    return lastFile
  }

  func release(_ id: UInt64) {
    guard let file = files.removeValue(forKey: id) else { return }
    ended(file)
    quotas.removeFile(of: file.opener)
    guard let owner = file.owner else { return }
    owner.files.remove(id)
    if owner.files.isEmpty { forget(owner) }
  }

  /// Enters the caller as the owner of the open file, or answers again to the same owner.
  func hello(_ hello: inout rsm_ctl_hello, _ file: OpenFile, _ caller: Caller) throws(Refusal) {
    let asked = hello.abi_version
    hello.abi_version = UInt32(RSM_CTL_ABI_VERSION)
    guard asked == hello.abi_version else { throw Refusal(code: RSMERR_BAD_LIBRARY_VERSION, reason: .abiVersion) }
    guard hello.reserved == (0, 0, 0), hello.owner == 0, hello.pid == 0, hello.page_size == 0, hello.max_handles == 0
    else {
      throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .reservedField)
    }
    let owner = try owner(of: file, caller)
    hello.features = 0
    hello.owner = owner.process.inode
    hello.pid = UInt32(owner.process.pid)
    hello.page_size = UInt32(pageSize)
    hello.max_handles = configuration[.maxHandles]
  }

  private func owner(of file: OpenFile, _ caller: Caller) throws(Refusal) -> Owner {
    let process = try process(of: caller)
    guard !file.isOrphaned, file.owner.map({ $0.process.inode == process.inode }) ?? true else {
      throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notOwner)
    }
    if let known = file.owner ?? owners[process.inode] {
      file.owner = known
      known.files.insert(file.id)
      return known
    }
    let account = try account(of: caller, process.pid)
    let owner = Owner(process: process, account: account)
    let inode = owner.process.inode
    do throws(Errno) {
      owner.watch = try loop.watch(owner.process.pollable) { [unowned self] in ownerExited(inode) }
    } catch {
      quotas.remove(account)
      throw outOfDescriptors(error)
    }
    owners[inode] = owner
    raiseMemlock(of: owner)
    processes.insert(owner)
    owner.files.insert(file.id)
    file.owner = owner
    return owner
  }

  private func account(of caller: Caller, _ pid: Int32) throws(Refusal) -> Quotas.Process {
    do throws(Excess) {
      let account = try quotas.addProcess(of: caller.uid)
      if owners.count < processLimit { return account }
      quotas.remove(account)
    } catch {
      log.report(error, "a process", uid: caller.uid, pid: pid)
      throw error.refusal
    }
    throw outOfDescriptors(.tooManyOpenFiles)
  }

  /// Lets the process that is saying HELLO lock as much memory as the policy wants. Its thread waits for the answer.
  private func raiseMemlock(of owner: Owner) {
    let bytes = configuration[.raiseMemlock]
    guard bytes != Configuration.Key.off else { return }
    do throws(Errno) {
      try MemoryLockLimit.raise(of: owner.process, to: bytes)
    } catch {
      log.report(
        .setting(.raiseMemlock),
        "cannot raise RLIMIT_MEMLOCK of uid \(owner.account.user.uid), pid \(owner.process.pid) to \(bytes) bytes "
          + "(raise-memlock in rsmd.conf): \(error); rsmd needs CAP_SYS_RESOURCE for that")
    }
  }

  /// The process of the calling thread. The thread waits for the answer to this request, so its id cannot change hands.
  private func process(of caller: Caller) throws(Refusal) -> PIDFD {
    guard caller.thread > 0 else {
      log.report(
        .refusal(.invisibleCaller),
        "refused a process of uid \(caller.uid) that has no process id here: \(Refusal.Reason.invisibleCaller.explanation)"
      )
      throw Refusal(code: RSMERR_PERM_DENIED, reason: .invisibleCaller)
    }
    do throws(Errno) {
      return try PIDFD(process: try PIDFD.process(ofThread: caller.thread))
    } catch {
      throw outOfDescriptors(error)
    }
  }

  private func outOfDescriptors(_ errno: Errno) -> Refusal {
    log.report(
      .refusal(.noDescriptor),
      "refused a process: \(errno); raise the limit on open files of rsmd (LimitNOFILE, ulimit -n)")
    return Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noDescriptor)
  }

  private func ownerExited(_ inode: UInt64) {
    guard let owner = owners[inode] else { return }
    for file in owner.files.compactMap({ files[$0] }) {
      ended(file)
      file.owner = nil
      file.isOrphaned = true
    }
    forget(owner)
  }

  private func forget(_ owner: Owner) {
    loop.forget(owner.watch, descriptor: owner.process.pollable)
    forgotten(owner)
    owners[owner.process.inode] = nil
    quotas.remove(owner.account)
    processes.remove(owner)
  }
}
