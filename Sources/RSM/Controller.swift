import CRSM
import Glibc
import RSMKernel

/// A controller, the interconnect that memory is registered with. This system has one, loopback.
///
/// One reference to the process-wide object; given back when the owner goes. As `rsm_get_controller`(3RSM).
public struct Controller: ~Copyable, Sendable {
  package let token: Token

  /// - Parameter name: a type and a unit number, in any case; nil for loopback.
  /// - Throws: `controllerNotPresent` if there is no such controller or no rsmd to serve it.
  public init(named name: String? = nil) throws(RSMError) {
    token = try Runtime.current().getController(named: name)
  }

  deinit {
    try? Runtime.current().release(controller: token)
  }

  /// What the controller can do.
  public var attributes: ControllerAttributes { ControllerAttributes() }

  /// Pins `memory`, rounded up to whole pages, until the handle goes. As `rsm_create_localmemory_handle`(3RSM).
  ///
  /// The memory must stay mapped as long as the handle lives.
  ///
  /// - Parameter memory: starts on a page; need not end on one.
  /// - Throws: `badAddress`, `badLength`, `insufficientMemory` (mlock2(2) limit), or `insufficientResources`.
  public func registerMemory(_ memory: UnsafeRawBufferPointer) throws(RSMError) -> LocalMemoryHandle {
    let runtime = try Runtime.current()
    let address = UInt(bitPattern: memory.baseAddress)
    let handle = try runtime.createHandle(controller: token, address: address, length: UInt(memory.count))
    return LocalMemoryHandle(token: handle, id: runtime.id(of: handle) ?? 0, address: address, length: memory.count)
  }
}
