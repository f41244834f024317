import CRSM
import Glibc
import RSMControl
import RSMKernel
import Synchronization

extension Runtime {
  /// Finds the controller called `name`, nil for loopback, and counts one more reference to it.
  package func getController(named name: String?) throws(RSMError) -> Token {
    guard name.map(Self.isLoopback) ?? true else {
      throw RSMError(.controllerNotPresent, "no controller is called \"\(name ?? "")\"; this system has \"loopback\"")
    }
    if let loaded = state.withLock({ $0.retainLoopback() }) { return loaded }
    _ = try connected()
    return try state.withLock { state throws(RSMError) in
      if let loaded = state.retainLoopback() { return loaded }
      guard let token = state.controllers.insert(LoadedController(references: 1)) else {
        throw RSMError(.insufficientMemory, "the controller table is full (\(Token.slotLimit) entries)")
      }
      state.loopback = token
      return token
    }
  }

  package func isLive(controller: Token) -> Bool {
    state.withLock { $0.controllers[controller] != nil }
  }

  package func release(controller: Token) throws(RSMError) {
    let isLive = state.withLock { state in
      guard let loaded = state.controllers[controller] else { return false }
      if loaded.references > 1 {
        state.controllers[controller] = LoadedController(references: loaded.references - 1)
      } else {
        _ = state.controllers.remove(controller)
        state.loopback = nil
      }
      return true
    }
    guard isLive else { throw .badController }
  }

  /// A type name and an optional unit number, of which loopback has only one.
  private static func isLoopback(_ name: String) -> Bool {
    let unit = name.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    return name.dropLast(unit.count).lowercased() == ControlTree.loopback
  }
}

extension Runtime.State {
  fileprivate mutating func retainLoopback() -> Token? {
    guard let loopback, let loaded = controllers[loopback] else { return nil }
    controllers[loopback] = Runtime.LoadedController(references: loaded.references + 1)
    return loopback
  }
}

extension RSMError {
  static let badController = RSMError(.badControllerHandle, "not a live controller of this process")
}
