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
    do throws(PinError) {
      try engine.pin(range)
    } catch {
      throw RSMError(pinning: range, failed: error)
    }
    do throws(RSMError) {
      let memory = try enter(range, address: address, length: length, in: session)
      guard let token = state.withLock({ $0.localMemory.insert(memory) }) else {
        try? memory.session.freeHandle(memory.id)
        throw RSMError(
          .insufficientResources, "this process has \(Token.slotLimit) local memory handles, the most librsm admits")
      }
      return token
    } catch {
      engine.unpin(range)
      throw error
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
    try pinEngine().unpin(memory.range)
  }

  /// The id of a live handle at rsmd, the name of its file.
  package func id(of handle: Token) -> UInt64? {
    state.withLock { $0.localMemory[handle]?.id }
  }

  /// What a live handle stands for.
  func localMemory(of handle: Token) -> (address: UInt, length: UInt)? {
    state.withLock { $0.localMemory[handle].map { ($0.range.start, $0.length) } }
  }

  /// The last look at the memory of a handle before bytes move there.
  ///
  /// - Returns: its address.
  func check(handle: Token, offset: UInt, length: UInt, writing: Bool) throws(RSMError) -> UInt {
    guard let memory = localMemory(of: handle), offset <= memory.length, length <= memory.length - offset else {
      throw .badEntryHandle
    }
    return memory.address + offset
  }

  /// As `connected`, for a call on a controller that is there: it is rsmd that is missing.
  private func reached() throws(RSMError) -> (session: ControlSession, engine: PinEngine) {
    do throws(RSMError) {
      return try connected()
    } catch {
      throw error.code == .controllerNotPresent ? RSMError(.insufficientResources, error.message) : error
    }
  }

  /// Enters a pinned range at rsmd. A session that turns out to be lost is opened anew once: rsmd may have been restarted.
  private func enter(
    _ range: PageRange, address: UInt, length: UInt, in first: ControlSession
  ) throws(RSMError) -> LocalMemory {
    func enter(in session: ControlSession) throws(ControlSession.Failure) -> LocalMemory {
      LocalMemory(
        range: range, length: length, id: try session.createHandle(address: address, length: length), session: session)
    }
    do throws(ControlSession.Failure) {
      return try enter(in: first)
    } catch {
      guard case .lost = error else { throw RSMError(first, length, failed: error) }
    }
    let second = try reached().session
    do throws(ControlSession.Failure) {
      return try enter(in: second)
    } catch {
      throw RSMError(second, length, failed: error)
    }
  }
}

extension RSMError {
  static let badEntryHandle = RSMError(.badScatterGather, "an entry names no live local memory handle of this process")

  fileprivate init(_ session: ControlSession, _ length: UInt, failed error: ControlSession.Failure) {
    switch error {
    case .refused(let refusal):
      let code = refusal.code <= RSMERR_SEG_NOT_CONNECTED ? Code(rawValue: refusal.code) : .internalError
      self.init(
        code, "rsmd at \(session.mountPoint) refused a handle of \(length) bytes: \(refusal.reason.explanation)")
    case .lost(let errno):
      self.init(.insufficientResources, "rsmd at \(session.mountPoint) is gone (\(errno)); start it again")
    }
  }
}
