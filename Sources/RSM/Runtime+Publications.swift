import CRSM
import RSMControl
import RSMKernel
import RSMPinning
import Synchronization

extension Runtime {
  /// Who may connect to a segment from one node.
  package struct AccessEntry {
    let node: UInt32
    let permissions: UInt32

    package init(node: UInt32, permissions: UInt32) {
      self.node = node
      self.permissions = permissions
    }
  }

  /// The number of this machine, outside of any cluster.
  package static let localNode: UInt32 = 0

  /// Gives a segment an id under which others connect.
  ///
  /// - Parameters:
  ///   - wanted: the id, 0 to be given one.
  ///   - list: read once the state of the segment and the id have been looked at.
  package func publish(
    _ token: Token, as wanted: UInt32, _ list: () throws(RSMError) -> [AccessEntry]
  ) throws(RSMError) -> UInt32 {
    try changing(token) { export, state throws(RSMError) in
      guard state.segment == nil else {
        throw RSMError(.segmentAlreadyPublished, "the export segment is published already; unpublish it first")
      }
      try Self.checkSegmentID(wanted)
      let mode = try Self.mode(of: try list())
      guard !export.flags.contains(.lockOperations) else {
        throw RSMError(.locksNotSupported, "the export segment was made with RSM_LOCK_OPS, which nobody supports")
      }
      let segment = try asked(export.session) { () throws(ControlSession.Failure) in
        try export.session.publish(export.id, as: wanted, mode: mode)
      }
      state.segment = segment
      enterAlias(of: export, &state)
      return segment
    }
  }

  /// Changes who may connect from now on.
  package func republish(_ token: Token, _ list: () throws(RSMError) -> [AccessEntry]) throws(RSMError) {
    try changing(token) { export, state throws(RSMError) in
      guard state.segment != nil else { throw .notPublished }
      let mode = try Self.mode(of: try list())
      try asked(export.session) { () throws(ControlSession.Failure) in
        try export.session.republish(export.id, mode: mode)
      }
    }
  }

  /// Takes the id away and cuts importers off: the memory moves to where they cannot reach it.
  package func unpublish(_ token: Token) throws(RSMError) {
    try changing(token) { export, state throws(RSMError) in
      guard state.segment != nil else { throw .notPublished }
      let range = state.pin.range
      let old = state.memory
      state.memory = try relocating(range, by: try pinEngine(), export.session) { () throws(RSMError) in
        try withdraw(export, range, from: old)
      }
      state.segment = nil
      removeAlias(&state)
    }
  }

  /// - Returns: the file that the memory lies in now.
  private func withdraw(_ export: Export, _ range: PageRange, from old: FileIdentity) throws(RSMError) -> FileIdentity {
    let session = export.session
    while true {
      let moves = try asked(session) { () throws(ControlSession.Failure) in try session.reserveExport(export.id) }
      if moves {
        let memory = try asked(session) { () throws(ControlSession.Failure) in
          try session.memory(of: .reserve(export.id))
        }
        let relocation = try Self.reserveMove(range, from: old, into: memory)
        _ = try asked(session) { () throws(ControlSession.Failure) in try session.unpublish(export.id) }
        relocation.finish()
        return memory.identity
      }
      do throws(ControlSession.Failure) {
        _ = try session.unpublish(export.id)
        return old
      } catch {
        // Somebody has connected in between.
        if case .refused(let refusal) = error, refusal.reason == .notReserved { continue }
        throw RSMError(session, "to unpublish a segment", failed: error)
      }
    }
  }

  /// Does something to a live segment that nobody else changes meanwhile.
  func changing<Value>(
    _ token: Token, _ body: (Export, inout Export.State) throws(RSMError) -> Value
  ) throws(RSMError) -> Value {
    let export = try export(token)
    return try export.state.withLock { state throws(RSMError) in
      guard !state.isGone else { throw .badExport }
      return try body(export, &state)
    }
  }

  private static func checkSegmentID(_ id: UInt32) throws(RSMError) {
    let isReserved = 1...UInt32(RSM_DLPI_ID_END) ~= id || id >= UInt32(RSM_USER_APP_ID_BASE)
    guard isReserved else { return }
    throw RSMError(
      .reservedSegmentID,
      "the segment id 0x\(String(id, radix: 16)) is reserved; use 0 to be given one, or 0x400000 to 0x7fffffff")
  }

  /// The access list as the mode of a file; nil for an empty list.
  private static func mode(of list: [AccessEntry]) throws(RSMError) -> UInt32? {
    guard list.count <= 1 else {
      throw RSMError(.badAccessList, "the access list has \(list.count) entries; loopback admits one, for this node")
    }
    guard let entry = list.first else { return nil }
    guard entry.node == localNode else {
      throw RSMError(
        .badAccessList, "the access list names node \(entry.node); loopback knows only this one, \(localNode)")
    }
    guard entry.permissions & ~0o666 == 0 else {
      throw RSMError(
        .badAccessList,
        "the access list has permissions 0\(String(entry.permissions, radix: 8)); bits of 0666 are allowed")
    }
    return entry.permissions
  }
}

extension RSMError {
  static let notPublished = RSMError(.segmentNotPublished, "the export segment is not published")
}
