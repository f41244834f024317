import CRSM
import Glibc
import RSMControl
import RSMKernel
import SystemPackage

extension Runtime {
  /// Connects to the segment that is published as `segment`, with exactly these rights.
  package func connect(
    controller: Token, node: UInt32, segment: UInt32, rights: AccessRights
  ) throws(RSMError) -> Token {
    guard isLive(controller: controller) else { throw .badController }
    guard rights.isSubset(of: [.read, .write]) else {
      throw RSMError(
        .permissionDenied,
        "0\(String(rights.rawValue, radix: 8)) are no permissions to connect with; 0400, 0200 and their sum are")
    }
    guard node == Self.localNode else {
      throw RSMError(
        .controllerNotPresent, "loopback does not reach node \(node); this one is node \(Self.localNode)")
    }
    let memory = try connection(to: segment, rights)
    return try unsafe imports.pointee.insert(memory)
  }

  /// A session that turns out to be lost is opened anew once: rsmd may have been restarted.
  private func connection(to segment: UInt32, _ rights: AccessRights) throws(RSMError) -> ImportedMemory {
    let first = try reached().session
    do throws(ControlSession.Failure) {
      return try first.connect(to: segment, rights)
    } catch {
      guard case .lost = error else { throw RSMError(connectingTo: segment, rights, first, failed: error) }
    }
    let second = try reached().session
    do throws(ControlSession.Failure) {
      return try second.connect(to: segment, rights)
    } catch {
      throw RSMError(connectingTo: segment, rights, second, failed: error)
    }
  }
}

extension ControlSession {
  /// The open file decides on the rights: its mode is the access list, and the kernel judges by it.
  fileprivate func connect(to segment: UInt32, _ rights: AccessRights) throws(Failure) -> ImportedMemory {
    var request = rsm_ctl_connect()
    guard !rights.isEmpty else {
      request.segment_id = segment
      let file = try openControl()
      try send(&request, to: file.raw)
      return try memory(request, rights, file: nil, connection: file)
    }
    let file = try openMemory(of: segment, rights)
    try expectSameMount(file)
    try send(&request, to: file.raw)
    // A mapping that can be written needs a file that can be read as well.
    if request.passthrough != 0, rights.contains(.read) {
      return try memory(request, rights, file: file, connection: nil)
    }
    let granted = try descriptor(of: .connection(request.id))
    return try memory(request, rights, file: granted, connection: file)
  }

  /// A segment that is withdrawn while it is opened is an I/O error for the kernel, which finds no memory for what rsmd has granted.
  private static let openTries = 20

  private func openMemory(of segment: UInt32, _ rights: AccessRights) throws(Failure) -> Descriptor {
    let mode = rights == [.read, .write] ? O_RDWR : rights == .write ? O_WRONLY : O_RDONLY
    let path = "\(mountPoint)/\(ControlTree.segments)/\(segment)/\(ControlTree.memory)"
    for _ in 0..<Self.openTries {
      do throws(Errno) {
        return try Descriptor(opening: path, flags: mode)
      } catch .ioError {
        continue
      } catch {
        throw Self.failure(opening: error) ?? lost(error)
      }
    }
    throw .refused(Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished))
  }

  /// Nil if rsmd is gone. Nothing else may end the session, and with it what this process has connected to and exported.
  private static func failure(opening error: Errno) -> Failure? {
    switch error {
    case .socketNotConnected, .connectionAbort: nil
    case .noSuchFileOrDirectory: .refused(Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished))
    case .permissionDenied: .refused(Refusal(code: RSMERR_PERM_DENIED, reason: .none))
    case .tooManyOpenFiles: .refused(Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .userConnections))
    default: .refused(Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .none))
    }
  }

  private func memory(
    _ reply: rsm_ctl_connect, _ rights: AccessRights, file: consuming Descriptor?, connection: consuming Descriptor?
  ) throws(Failure) -> ImportedMemory {
    guard let counter = unsafe try generations()[Int(reply.generation_slot)] else { throw .lost(.badFileDescriptor) }
    return unsafe ImportedMemory(
      length: UInt(reply.length), rights: rights, file: file, connection: connection, counter: counter,
      generation: reply.generation, id: reply.id)
  }
}

extension RSMError {
  fileprivate init(
    connectingTo segment: UInt32, _ rights: AccessRights, _ session: ControlSession,
    failed error: ControlSession.Failure
  ) {
    let wanted = "segment \(segment) with 0\(String(rights.rawValue, radix: 8))"
    if case .refused(let refusal) = error, refusal.code == RSMERR_PERM_DENIED {
      self.init(
        .permissionDenied,
        "\(wanted) is refused: the access list gives this user less; see ls -l \(session.mountPoint)/\(ControlTree.segments)/\(segment)"
      )
    } else {
      self.init(session, "a connection to \(wanted)", failed: error)
    }
  }
}
