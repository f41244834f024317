/// How much each user and each client process has of what is limited. Belongs to the loop thread.
///
/// Invariants: a user's numbers are the sums over what was admitted for it and has not gone; a user who has nothing is forgotten.
/// Who takes something gets the account to give it back to.
package final class Quotas {
  /// The most that one user, or one process, may have.
  fileprivate struct Ceilings {
    let handles: UInt64
    let bytes: UInt128
    var processes = Configuration.Key.unlimited
    var files = Configuration.Key.unlimited
    var heldReads = Configuration.Key.unlimited
    var segments = Configuration.Key.unlimited
    var segmentBytes = UInt128.max
    var connections = Configuration.Key.unlimited
  }

  /// What one user has.
  package final class User {
    package let uid: UInt32
    package fileprivate(set) var handles: UInt64 = 0
    package fileprivate(set) var bytes: UInt128 = 0
    package fileprivate(set) var processes: UInt64 = 0
    package fileprivate(set) var files: UInt64 = 0
    package fileprivate(set) var heldReads: UInt64 = 0
    package fileprivate(set) var segments: UInt64 = 0
    package fileprivate(set) var segmentBytes: UInt128 = 0
    package fileprivate(set) var connections: UInt64 = 0
    fileprivate let ceilings: Ceilings

    fileprivate init(uid: UInt32, _ ceilings: Ceilings) {
      self.uid = uid
      self.ceilings = ceilings
    }

    fileprivate var hasNothing: Bool {
      handles == 0 && processes == 0 && files == 0 && heldReads == 0 && segments == 0 && connections == 0
    }
  }

  /// What one process has. It counts for the user who first used rsm in it, whoever it becomes later.
  package final class Process {
    package let user: User
    package fileprivate(set) var handles: UInt64 = 0
    package fileprivate(set) var bytes: UInt128 = 0

    fileprivate init(user: User) {
      self.user = user
    }
  }

  private let maxHandles: UInt64
  private let ofUser: Ceilings
  private let ofProcess: Ceilings
  private let ofRoot = Ceilings(handles: Configuration.Key.unlimited, bytes: .max)
  private var users: [UInt32: User] = [:]
  package private(set) var handles: UInt64 = 0
  /// Claims can be as large as an address space each, so their sum needs more than 64 bits.
  package private(set) var bytes: UInt128 = 0
  package private(set) var heldReads: UInt64 = 0
  package private(set) var segmentBytes: UInt128 = 0

  package init(_ configuration: Configuration) {
    func bytes(_ key: Configuration.Key) -> UInt128 {
      configuration[key] == Configuration.Key.unlimited ? .max : UInt128(configuration[key])
    }
    maxHandles = configuration[.maxHandles]
    ofUser = Ceilings(
      handles: configuration[.maxHandlesPerUser], bytes: bytes(.maxBytesPerUser),
      processes: configuration[.maxProcessesPerUser], files: configuration[.maxFilesPerUser],
      heldReads: configuration[.maxHeldReadsPerUser], segments: configuration[.maxSegmentsPerUser],
      segmentBytes: bytes(.maxSegmentBytesPerUser), connections: configuration[.maxConnectionsPerUser])
    ofProcess = Ceilings(handles: configuration[.maxHandlesPerProcess], bytes: bytes(.maxBytesPerProcess))
  }

  /// The account of a user who has something.
  package subscript(uid: UInt32) -> User? { users[uid] }

  // MARK: Handles

  package func addHandle(of size: UInt128, to process: Process) throws(Excess) {
    let user = process.user
    guard handles < maxHandles else { throw Excess(.maxHandles, held: handles, limit: maxHandles) }
    guard user.handles < user.ceilings.handles else {
      throw Excess(.maxHandlesPerUser, held: user.handles, limit: user.ceilings.handles)
    }
    guard process.handles < ofProcess.handles else {
      throw Excess(.maxHandlesPerProcess, held: process.handles, limit: ofProcess.handles)
    }
    guard size <= user.ceilings.bytes, user.bytes <= user.ceilings.bytes - size else {
      throw Excess(.maxBytesPerUser, held: user.bytes, limit: user.ceilings.bytes)
    }
    guard size <= ofProcess.bytes, process.bytes <= ofProcess.bytes - size else {
      throw Excess(.maxBytesPerProcess, held: process.bytes, limit: ofProcess.bytes)
    }
    handles += 1
    user.handles += 1
    process.handles += 1
    bytes += size
    user.bytes += size
    process.bytes += size
  }

  package func removeHandle(of size: UInt128, from process: Process) {
    handles -= 1
    process.user.handles -= 1
    process.handles -= 1
    bytes -= size
    process.user.bytes -= size
    process.bytes -= size
  }

  // MARK: Segments

  package func addSegment(of size: UInt64, to user: User) throws(Excess) {
    try admit(user, .maxSegmentsPerUser, held: user.segments, limit: user.ceilings.segments)
    guard size <= user.ceilings.segmentBytes, user.segmentBytes <= user.ceilings.segmentBytes - UInt128(size) else {
      throw Excess(.maxSegmentBytesPerUser, held: user.segmentBytes, limit: user.ceilings.segmentBytes)
    }
    user.segments += 1
    user.segmentBytes += UInt128(size)
    segmentBytes += UInt128(size)
  }

  package func removeSegment(of size: UInt64, from user: User) {
    user.segments -= 1
    user.segmentBytes -= UInt128(size)
    segmentBytes -= UInt128(size)
    forgetIfEmpty(user)
  }

  package func addConnection(to user: User) throws(Excess) {
    try admit(user, .maxConnectionsPerUser, held: user.connections, limit: user.ceilings.connections)
    user.connections += 1
  }

  package func removeConnection(from user: User) {
    user.connections -= 1
    forgetIfEmpty(user)
  }

  // MARK: Processes, files and reads

  package func addProcess(of uid: UInt32) throws(Excess) -> Process {
    let user = user(uid)
    try admit(user, .maxProcessesPerUser, held: user.processes, limit: user.ceilings.processes)
    user.processes += 1
    return Process(user: user)
  }

  /// Takes a process back that has no handles any more.
  package func remove(_ process: Process) {
    precondition(process.handles == 0, "its handles go first")
    process.user.processes -= 1
    forgetIfEmpty(process.user)
  }

  package func addFile(of uid: UInt32) throws(Excess) -> User {
    let user = user(uid)
    try admit(user, .maxFilesPerUser, held: user.files, limit: user.ceilings.files)
    user.files += 1
    return user
  }

  package func removeFile(of user: User) {
    user.files -= 1
    forgetIfEmpty(user)
  }

  package func addHeldRead(of uid: UInt32) throws(Excess) -> User {
    let user = user(uid)
    try admit(user, .maxHeldReadsPerUser, held: user.heldReads, limit: user.ceilings.heldReads)
    user.heldReads += 1
    heldReads += 1
    return user
  }

  package func removeHeldRead(of user: User) {
    user.heldReads -= 1
    heldReads -= 1
    forgetIfEmpty(user)
  }

  private func user(_ uid: UInt32) -> User {
    if let known = users[uid] { return known }
    let new = User(uid: uid, uid == 0 ? ofRoot : ofUser)
    users[uid] = new
    return new
  }

  private func admit(_ user: User, _ key: Configuration.Key, held: UInt64, limit: UInt64) throws(Excess) {
    guard held < limit else {
      forgetIfEmpty(user)
      throw Excess(key, held: held, limit: limit)
    }
  }

  private func forgetIfEmpty(_ user: User) {
    if user.hasNothing { users[user.uid] = nil }
  }
}
