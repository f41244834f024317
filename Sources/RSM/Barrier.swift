/// Tells whether a segment was there during a span of accesses, and orders them. Destroyed when the owner goes.
///
/// A segment that puts and gets are made to in implicit mode needs one that lives; in explicit mode it is what tells of errors.
public struct Barrier: ~Copyable, Sendable {
  private let key: BarrierKey

  init(owning key: BarrierKey) {
    self.key = key
  }

  deinit {
    _ = try? unsafe ImportTable.current().pointee.destroy(key)
  }

  /// Begins a span, as `rsm_memseg_import_open_barrier`(3RSM).
  ///
  /// - Throws: `badSegmentHandle` after the end of the segment.
  public func open() throws(RSMError) {
    unsafe try ImportTable.current().pointee.open(key)
  }

  /// Makes all accesses before it visible before all those after it, as `rsm_memseg_import_order_barrier`(3RSM).
  ///
  /// - Throws: `barrierNotOpened`; `connectionAborted` if the segment has been withdrawn, and the span goes on.
  public func order() throws(RSMError) {
    unsafe try ImportTable.current().pointee.order(key)
  }

  /// Ends the span, as `rsm_memseg_import_close_barrier`(3RSM). All accesses since `open` are complete if it succeeds.
  ///
  /// - Throws: `barrierNotOpened`; `connectionAborted` if the segment has been withdrawn: none of the accesses is then sure to have
  ///   reached it.
  public func close() throws(RSMError) {
    unsafe try ImportTable.current().pointee.close(key)
  }
}
