/// A connection to a segment that another process, or this one, has published. Ends when the owner goes, and its mapping with it.
///
/// Offsets count bytes from the start of the segment, whatever part of it is mapped. All methods may be called from several threads
/// at once.
public struct ImportSegment: ~Copyable, Sendable {
  package let token: Token
  /// Bytes, whole pages.
  public let length: Int
  /// What was asked for when connecting, and granted.
  public let rights: AccessRights

  /// Takes ownership of a live connection.
  package init(owning token: Token) throws(RSMError) {
    let memory = unsafe try ImportTable.current().pointee.memory(of: token)
    self.token = token
    length = Int(memory.length)
    rights = memory.rights
  }

  deinit {
    guard let imports = unsafe try? ImportTable.current() else { return }
    _ = try? unsafe imports.pointee.unmap(token)
    _ = try? unsafe imports.pointee.disconnect(token)
  }

  /// Ends the connection, as `rsm_memseg_import_disconnect`(3RSM).
  ///
  /// - Throws: `segmentStillMapped`, and the connection ends all the same; `badSegmentHandle` in a forked child.
  public consuming func disconnect() throws(RSMError) {
    unsafe try ImportTable.current().pointee.disconnect(token)
  }

  /// Who opens and closes barriers around puts and gets, as `rsm_memseg_import_get_mode`(3RSM).
  public func barrierMode() throws(RSMError) -> BarrierMode {
    unsafe try ImportTable.current().pointee.mode(of: token)
  }

  /// As `rsm_memseg_import_set_mode`(3RSM). A new segment is in implicit mode.
  public func setBarrierMode(_ mode: BarrierMode) throws(RSMError) {
    unsafe try ImportTable.current().pointee.setMode(of: token, mode)
  }

  /// Initialises a barrier, as `rsm_memseg_import_init_barrier`(3RSM). In implicit mode puts and gets need that it lives.
  public func makeBarrier() throws(RSMError) -> Barrier {
    Barrier(owning: unsafe try ImportTable.current().pointee.makeBarrier(of: token, at: nil))
  }
}
