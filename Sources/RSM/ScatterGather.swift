/// Up to 16 pieces of memory of this process, and where in a segment each of them belongs. As `rsm_scat_gath_t`.
public struct ScatterGather: Sendable {
  /// What stopped a request, and how much of it is left.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let error: RSMError
    /// The entries that are not done: the one that failed and those after it.
    public let remaining: Int

    public var description: String { "\(error), \(remaining) entries are left" }
  }

  /// The most entries of one request, `RSM_MAX_SGIOREQS`.
  public static var maxEntries: Int { ImportTable.maxEntries }

  fileprivate var entries: [TransferEntry] = []

  public init() {}

  /// Adds `count` bytes of registered memory. The handle must live until the request is done.
  ///
  /// - Parameters:
  ///   - localOffset: bytes from the start of the registered memory.
  ///   - remoteOffset: bytes from the start of the segment.
  public mutating func append(
    _ handle: borrowing LocalMemoryHandle, localOffset: Int = 0, remoteOffset: Int, count: Int
  ) {
    append(.handle(handle.token), localOffset, remoteOffset, count)
  }

  /// Adds memory that must stay where it is until the request is done.
  ///
  /// - Parameter remoteOffset: bytes from the start of the segment.
  public mutating func unsafeAppend(_ memory: UnsafeMutableRawBufferPointer, remoteOffset: Int) {
    append(.address(UInt(bitPattern: memory.baseAddress)), 0, remoteOffset, memory.count)
  }

  private mutating func append(_ local: TransferEntry.Local, _ localOffset: Int, _ remoteOffset: Int, _ count: Int) {
    entries.append(
      TransferEntry(
        local: local, localOffset: UInt(bitPattern: localOffset), remoteOffset: UInt(bitPattern: remoteOffset),
        length: UInt(bitPattern: count)))
  }
}

extension ImportSegment {
  /// Copies every piece into the segment, in their order, as `rsm_memseg_import_putv`(3RSM). Nothing moves unless all of them are right.
  ///
  /// - Throws: `permissionDenied`, `badScatterGather` (no entry, too many, or a handle that is not live), `badOffset`, `badLength`,
  ///   `badAddress`, `connectionAborted`.
  public func put(_ request: ScatterGather) throws(ScatterGather.Failure) {
    try transfer(.put, request)
  }

  /// Fills every piece from the segment, in their order, as `rsm_memseg_import_getv`(3RSM). Throws what `put` throws.
  public func get(_ request: ScatterGather) throws(ScatterGather.Failure) {
    try transfer(.get, request)
  }

  private func transfer(_ direction: Direction, _ request: ScatterGather) throws(ScatterGather.Failure) {
    var completed = 0
    do throws(RSMError) {
      try ImportTable.check(entryCount: UInt(request.entries.count))
      unsafe try ImportTable.current().pointee.transfer(
        direction, token, request.entries.span, in: Runtime.current(), completed: &completed)
    } catch {
      throw ScatterGather.Failure(error: error, remaining: request.entries.count - completed)
    }
  }
}
