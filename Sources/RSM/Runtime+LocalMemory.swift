import CRSM
import RSMControl
import RSMKernel
import RSMPinning
import Synchronization

extension Runtime {
  /// Pins `length` bytes at `address`, rounded up to whole pages, and enters a handle for them.
  package func createHandle(controller: Token, address: UInt, length: UInt) throws(RSMError) -> Token {
    guard isLive(controller: controller) else { throw .badController }
    guard length > 0 else { throw RSMError(.badLength, "a local memory handle needs at least 1 byte") }
    guard address != 0, let range = PageRange(address: address, length: length) else {
      throw RSMError(
        .badAddress,
        "\(length) bytes at 0x\(String(address, radix: 16)) are no range to pin: it must start on a page (\(pageSize) bytes), not be "
          + "NULL and not wrap around the end of the address space")
    }
    let (session, engine) = try reached()
    let pin = try pinned(range, by: engine, session)
    do throws(RSMError) {
      let memory = try enter(pin, address: address, length: length, in: session)
      guard let token = state.withLock({ $0.localMemory.insert(memory) }) else {
        try? memory.session.freeHandle(memory.id)
        throw RSMError(
          .insufficientResources, "this process has \(Token.slotLimit) local memory handles, the most librsm admits")
      }
      return token
    } catch {
      engine.unpin(pin)
      throw error
    }
  }

  /// Tells rsmd that the memory of a pin is other memory now.
  func strike(_ pin: Pin, in session: ControlSession) {
    let id = pin.label.load(ordering: .sequentiallyConsistent)
    // One without a name yet is told by whoever names it. rsmd may know it from an earlier session only.
    if id != 0 { try? session.strikeHandle(id) }
  }

  func pinned(
    _ range: PageRange, by engine: PinEngine, _ session: ControlSession
  ) throws(RSMError) -> Pin {
    do throws(PinError) {
      return try engine.pin(range) { strike($0, in: session) }
    } catch {
      throw RSMError(pinning: range, failed: error)
    }
  }

  /// Removes a handle and takes its pins back.
  package func freeHandle(controller: Token, handle: Token) throws(RSMError) {
    guard isLive(controller: controller) else { throw .badController }
    try freeHandle(handle)
  }

  package func freeHandle(_ handle: Token) throws(RSMError) {
    guard let memory = state.withLock({ $0.localMemory.remove(handle) }) else {
      throw RSMError(.badLocalMemoryHandle, "not a live local memory handle of this process")
    }
    unsafe imports.pointee.waitForHandleUse()
    if !memory.session.isLost {
      try? memory.session.freeHandle(memory.id)
    }
    try pinEngine().unpin(memory.pin)
  }

  /// The id of a live handle at rsmd, the name of its file.
  package func id(of handle: Token) -> UInt64? {
    state.withLock { $0.localMemory[handle]?.id }
  }

  /// What a live handle stands for.
  func localMemory(of handle: Token) -> (address: UInt, length: UInt)? {
    state.withLock { $0.localMemory[handle].map { ($0.pin.range.start, $0.length) } }
  }

  /// The last look at the memory of a handle before bytes move there: it must be the memory that was registered, with the access
  /// that this takes.
  ///
  /// - Returns: its address.
  func check(handle: Token, offset: UInt, length: UInt, writing: Bool) throws(RSMError) -> UInt {
    guard let memory = state.withLock({ $0.localMemory[handle] }), offset <= memory.length,
      length <= memory.length - offset
    else { throw .badEntryHandle }
    let start = memory.pin.range.start + offset
    guard let part = PageRange(covering: start, length: length) else { return start }
    let engine = try pinEngine()
    do throws(PinError) {
      try engine.check(memory.pin, part, writing: writing) { strike($0, in: memory.session) }
      return start
    } catch .stale {
      throw RSMError(
        .badScatterGather,
        "the local memory handle \(memory.id) is stale: part of its memory has been unmapped, moved, replaced or discarded; free it and "
          + "create a new one")
    } catch {
      throw RSMError(
        .badAddress,
        "\(length) bytes at offset \(offset) of the local memory handle \(memory.id) cannot be \(writing ? "written" : "read")"
      )
    }
  }

  /// As `connected`, for a call on a controller that is there: it is rsmd that is missing.
  func reached() throws(RSMError) -> (session: ControlSession, engine: PinEngine) {
    do throws(RSMError) {
      return try connected()
    } catch {
      throw error.code == .controllerNotPresent ? RSMError(.insufficientResources, error.message) : error
    }
  }

  /// Enters a pin at rsmd. A session that turns out to be lost is opened anew once: rsmd may have been restarted.
  private func enter(
    _ pin: Pin, address: UInt, length: UInt, in first: ControlSession
  ) throws(RSMError) -> LocalMemory {
    func enter(in session: ControlSession) throws(ControlSession.Failure) -> LocalMemory {
      let id = try session.createHandle(address: address, length: length, tagged: pin.taggedPages)
      pin.label.store(id, ordering: .sequentiallyConsistent)
      if pin.isStale { try session.strikeHandle(id) }
      return LocalMemory(pin: pin, length: length, id: id, session: session)
    }
    do throws(ControlSession.Failure) {
      return try enter(in: first)
    } catch {
      guard case .lost = error else { throw RSMError(first, "a handle of \(length) bytes", failed: error) }
    }
    let second = try reached().session
    do throws(ControlSession.Failure) {
      return try enter(in: second)
    } catch {
      throw RSMError(second, "a handle of \(length) bytes", failed: error)
    }
  }
}

extension RSMError {
  static let badEntryHandle = RSMError(.badScatterGather, "an entry names no live local memory handle of this process")

  /// - Parameter wanted: what rsmd was asked for.
  init(_ session: ControlSession, _ wanted: String, failed error: ControlSession.Failure) {
    switch error {
    case .refused(let refusal):
      let code = refusal.code <= RSMERR_SEG_NOT_CONNECTED ? Code(rawValue: refusal.code) : .internalError
      self.init(
        code, "rsmd at \(session.mountPoint) refused \(wanted): \(refusal.reason.explanation)")
    case .lost(let errno):
      self.init(.insufficientResources, "rsmd at \(session.mountPoint) is gone (\(errno)); start it again")
    }
  }
}
