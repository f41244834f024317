import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMPinning
import Synchronization

extension Runtime {
  /// Makes an export segment of `size` bytes at `address`, whole pages, which are locked and moved to memory that can be shared.
  package func createExport(controller: Token, address: UInt, size: UInt, flags: UInt32) throws(RSMError) -> Token {
    guard isLive(controller: controller) else { throw .badController }
    let range = try Self.exportRange(address, size)
    let (session, engine) = try reached()
    try occupy(range)
    do throws(RSMError) {
      let export = try export(range, by: engine, in: session, flags: Export.Flags(rawValue: flags))
      if let token = exports.withLock({ $0.insert(export) }) { return token }
      try dissolve(export)
      throw RSMError(
        .insufficientResources, "this process has \(Token.slotLimit) export segments, the most librsm admits")
    } catch {
      exports.withLock { $0.vacate(range) }
      throw error
    }
  }

  /// Withdraws an export segment and gives its memory back to the process alone.
  package func destroyExport(_ token: Token) throws(RSMError) {
    guard let export = exports.withLock({ $0.remove(token) }) else {
      // A copy that a forked child has of its parent's segment: only the copy goes.
      if isInherited(token) { return }
      throw .badExport
    }
    let range = export.state.withLock { $0.pin.range }
    try? dissolve(export)
    exports.withLock { $0.vacate(range) }
  }

  /// Refuses what is neither a live export segment nor a parent's.
  package func expectExport(_ token: Token) throws(RSMError) {
    guard exports.withLock({ $0[token] }) != nil || isInherited(token) else { throw .badExport }
  }

  /// A live export segment that this process has made.
  func export(_ token: Token) throws(RSMError) -> Export {
    if let export = exports.withLock({ $0[token] }) { return export }
    guard isInherited(token) else { throw .badExport }
    throw RSMError(.notCreator, "the export segment is the parent's; a forked child makes its own")
  }

  /// Tells the imports of this process that bytes of a published segment are here as well: a copy between the two may overlap.
  func enterAlias(of export: Export, _ state: inout Export.State) {
    guard let counter = unsafe try? export.session.generations()[export.generationSlot] else { return }
    let identity = unsafe AliasTable.Identity(counter: counter, generation: counter.pointee.load(ordering: .acquiring))
    let alias = AliasTable.Alias(state.pin.range, offset: 0, of: identity)
    unsafe imports.pointee.aliases.insert(alias)
    state.alias = alias
  }

  func removeAlias(_ state: inout Export.State) {
    guard let alias = state.alias else { return }
    unsafe imports.pointee.aliases.remove(alias)
    state.alias = nil
  }

  func occupy(_ range: PageRange) throws(RSMError) {
    guard let other = exports.withLock({ $0.occupy(range) }) else { return }
    throw RSMError(
      .insufficientResources,
      "\(range.byteCount) bytes at 0x\(String(range.start, radix: 16)) overlap a live export segment of \(other.byteCount) bytes at "
        + "0x\(String(other.start, radix: 16)); destroy it first")
  }

  private static func exportRange(_ address: UInt, _ size: UInt) throws(RSMError) -> PageRange {
    guard address != 0 else { throw RSMError(.badAddress, "vaddr is NULL") }
    guard size > 0 else { throw RSMError(.badLength, "an export segment needs at least 1 page") }
    guard address % pageSize == 0, size % pageSize == 0 else {
      throw RSMError(
        .badAlignment,
        "\(size) bytes at 0x\(String(address, radix: 16)) are not whole pages of \(pageSize) bytes (sysconf(_SC_PAGESIZE))"
      )
    }
    guard let range = PageRange(address: address, length: size) else {
      throw RSMError(
        .badAddress, "\(size) bytes at 0x\(String(address, radix: 16)) wrap around the end of the address space")
    }
    return range
  }

  /// Locks the range, has rsmd make the memory, and moves there.
  private func export(
    _ range: PageRange, by engine: PinEngine, in first: ControlSession, flags: Export.Flags
  ) throws(RSMError) -> Export {
    try Self.checkKind(of: range)
    let pin = try pinned(range, by: engine, first)
    do throws(RSMError) {
      let (session, new) = try enter(range, in: first)
      do throws(RSMError) {
        let memory = try asked(session) { () throws(ControlSession.Failure) in
          try session.memory(of: .export(new.id))
        }
        try adopt(range, into: memory, by: engine, session)
        return Export(
          id: new.id, generationSlot: new.generationSlot, session: session, flags: flags, pin: pin,
          memory: memory.identity)
      } catch {
        _ = try? session.destroyExport(new.id)
        throw error
      }
    } catch {
      engine.unpin(pin)
      throw error
    }
  }

  /// Has rsmd make the memory. A session that turns out to be lost is opened anew once: rsmd may have been restarted.
  private func enter(
    _ range: PageRange, in first: ControlSession
  ) throws(RSMError) -> (session: ControlSession, new: ControlSession.NewExport) {
    let wanted = "an export segment of \(range.byteCount) bytes"
    func enter(in session: ControlSession) throws(ControlSession.Failure) -> ControlSession.NewExport {
      try session.createExport(address: range.start, length: range.byteCount, umask: Self.umask)
    }
    do throws(ControlSession.Failure) {
      return (first, try enter(in: first))
    } catch {
      guard case .lost = error else { throw RSMError(first, wanted, failed: error) }
    }
    let second = try reached().session
    do throws(ControlSession.Failure) {
      return (second, try enter(in: second))
    } catch {
      throw RSMError(second, wanted, failed: error)
    }
  }

  /// Withdraws a segment that is no longer to be found.
  private func dissolve(_ export: Export) throws(RSMError) {
    let engine = try pinEngine()
    export.state.withLock { state in
      state.isGone = true
      removeAlias(&state)
      let range = state.pin.range
      relocating(range, by: engine, export.session) {
        let reserved = Self.reserveRelease(range, from: state.memory)
        _ = try? export.session.destroyExport(export.id)
        reserved?.finish()
      }
      engine.unpin(state.pin)
    }
  }
}

extension RSMError {
  static let badExport = RSMError(.badSegmentHandle, "not a live export segment of this process")
}
