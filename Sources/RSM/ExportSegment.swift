/// Memory of this process that others can reach while it is published. Destroyed when the owner goes.
///
/// The program goes on using the memory at its address; it must stay mapped as long as the segment lives. All methods may be called
/// from several threads at once. A forked child does not own its parent's segments: the methods throw `notCreator` there, and destroying
/// one leaves the parent's alone.
public struct ExportSegment: ~Copyable, Sendable {
  package let token: Token
  /// Bytes, whole pages.
  public let length: Int

  deinit {
    try? Runtime.current().destroyExport(token)
  }

  /// Lets others connect, as `rsm_memseg_export_publish`(3RSM).
  ///
  /// - Parameters:
  ///   - segment: nil to be given an id.
  ///   - access: who may connect; nil for everybody but whom the file creation mask excluded when the segment was made, umask(2).
  /// - Returns: the id that it is published under.
  /// - Throws: `segmentAlreadyPublished`, `reservedSegmentID`, `badAccessList` (bits beyond 0666), `segmentIDInUse`,
  ///   `insufficientResources`.
  @discardableResult
  public func publish(as segment: SegmentID? = nil, access: AccessMode? = nil) throws(RSMError) -> SegmentID {
    let id = try Runtime.current().publish(token, as: segment?.rawValue ?? 0) { Self.list(access) }
    return SegmentID(rawValue: id)
  }

  /// Changes who may connect from now on, as `rsm_memseg_export_republish`(3RSM). Whoever is connected stays so.
  ///
  /// - Parameter access: nil as for `publish`.
  /// - Throws: `segmentNotPublished`, `badAccessList`, `insufficientResources`.
  public func republish(access: AccessMode?) throws(RSMError) {
    try Runtime.current().republish(token) { Self.list(access) }
  }

  /// Takes the id away and cuts importers off, as `rsm_memseg_export_unpublish`(3RSM).
  ///
  /// The contents stay, at their address, but in other memory if anybody may hold the old one.
  ///
  /// - Throws: `segmentNotPublished`; `insufficientMemory` for the other memory, and the segment stays published; `insufficientResources`.
  public func unpublish() throws(RSMError) {
    try Runtime.current().unpublish(token)
  }

  /// Puts other memory in the place of the segment's, as `rsm_memseg_export_rebind`(3RSM). Importers stay connected, and see the contents
  /// of the new memory; the old one is the program's alone again.
  ///
  /// - Parameter memory: whole pages, as many bytes as the segment has.
  /// - Throws: `rebindNotAllowed`, `badLength`, `badAddress`, and as `Controller.export`.
  public func rebind(to memory: UnsafeMutableRawBufferPointer) throws(RSMError) {
    let address = UInt(bitPattern: memory.baseAddress)
    try Runtime.current().rebind(token, to: address, size: UInt(memory.count))
  }

  /// Withdraws the segment and gives the memory back to the program alone, as `rsm_memseg_export_destroy`(3RSM).
  ///
  /// It succeeds even if there is no memory to move to; what importers may then still hold, librsm says on standard error.
  public consuming func destroy() throws(RSMError) {
    let token = token
    discard self
    try Runtime.current().destroyExport(token)
  }

  private static func list(_ access: AccessMode?) -> [Runtime.AccessEntry] {
    guard let access else { return [] }
    return [Runtime.AccessEntry(node: Runtime.localNode, permissions: access.rawValue)]
  }
}
