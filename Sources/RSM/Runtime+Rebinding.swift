import RSMKernel
import RSMPinning
import Synchronization

extension Runtime {
  /// Puts other memory of this process in the place of a segment's. Importers reach the new memory once this has returned; what they
  /// store meanwhile may be lost.
  package func rebind(_ token: Token, to address: UInt, size: UInt) throws(RSMError) {
    try expectExport(token)
    guard address != 0 else { throw RSMError(.badAddress, "vaddr is NULL") }
    try changing(token) { export, state throws(RSMError) in
      guard export.flags.contains(.allowRebind) else {
        throw RSMError(.rebindNotAllowed, "the export segment was not made with RSM_ALLOW_REBIND")
      }
      let old = state.pin.range
      guard size == old.byteCount else {
        throw RSMError(
          .badLength, "the export segment has \(old.byteCount) bytes, and so must its new memory, not \(size)")
      }
      guard address != old.start else { return }
      guard let new = PageRange(address: address, length: size) else {
        throw RSMError(
          .badAddress,
          "0x\(String(address, radix: 16)) is not page aligned (\(pageSize) bytes), or \(size) bytes from there wrap around"
        )
      }
      try occupy(new)
      do throws(RSMError) {
        state.pin = try move(export, from: state.pin, in: state.memory, to: new)
        if state.alias != nil {
          removeAlias(&state)
          enterAlias(of: export, &state)
        }
      } catch {
        exports.withLock { $0.vacate(new) }
        throw error
      }
      exports.withLock { $0.vacate(old) }
    }
  }

  /// Everything that can fail comes before the old memory leaves the segment.
  private func move(
    _ export: Export, from old: Pin, in file: FileIdentity, to new: PageRange
  ) throws(RSMError) -> Pin {
    try Self.checkKind(of: new)
    let (session, engine) = (export.session, try pinEngine())
    let pin = try pinned(new, by: engine, session)
    do throws(RSMError) {
      let memory = try asked(session) { () throws(ControlSession.Failure) in
        try session.memory(of: .export(export.id))
      }
      try relocating(old.range, by: engine, session) { () throws(RSMError) in
        guard let release = Self.reserveRelease(old.range, from: file) else {
          throw RSMError(
            .insufficientMemory, "there is no memory to take \(old.range.byteCount) bytes out of the segment; free some"
          )
        }
        release.finish()
      }
      do throws(RSMError) {
        try adopt(new, into: memory, by: engine, session)
      } catch {
        // Importers are to find what they had.
        try? adopt(old.range, into: memory, by: engine, session)
        throw error
      }
    } catch {
      engine.unpin(pin)
      throw error
    }
    engine.unpin(old)
    return pin
  }
}
