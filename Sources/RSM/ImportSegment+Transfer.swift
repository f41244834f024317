extension ImportSegment {
  /// Copies bytes into the segment, as `rsm_memseg_import_put`(3RSM).
  ///
  /// - Throws: `permissionDenied` without the right to write, `badOffset` beyond the segment or its mapped window; in implicit mode
  ///   `barrierUninitialized` without a barrier and `connectionAborted` if the segment has been withdrawn.
  public func put(_ bytes: Span<UInt8>, at offset: Int) throws(RSMError) {
    unsafe try bytes.withUnsafeBytes { bytes throws(RSMError) in unsafe try unsafePut(bytes, at: offset) }
  }

  /// Fills `bytes` from the segment, as `rsm_memseg_import_get`(3RSM). Throws what `put` throws.
  public func get(_ bytes: inout MutableSpan<UInt8>, at offset: Int) throws(RSMError) {
    unsafe try bytes.withUnsafeMutableBytes { bytes throws(RSMError) in unsafe try unsafeGet(bytes, at: offset) }
  }

  /// As `put`, with one access of its width for each element (`rsm_memseg_import_put8`(3RSM) to `put64`).
  ///
  /// - Throws: what `put` throws; `badAlignment` if `offset` is not a multiple of the width of an element.
  public func putElements<Element: SegmentElement>(_ elements: Span<Element>, at offset: Int) throws(RSMError) {
    let access = try Access(elementOf: Element.self)
    unsafe try elements.withUnsafeBytes { bytes throws(RSMError) in
      unsafe try token.put(
        at: offset, from: localAddress(bytes.baseAddress), UInt(bytes.count) / access.width, access)
    }
  }

  /// As `get`, with one access of its width for each element (`rsm_memseg_import_get8`(3RSM) to `get64`). Throws what `putElements`
  /// throws.
  public func getElements<Element: SegmentElement>(_ elements: inout MutableSpan<Element>, at offset: Int)
    throws(RSMError)
  {
    let access = try Access(elementOf: Element.self)
    unsafe try elements.withUnsafeMutableBytes { bytes throws(RSMError) in
      unsafe try token.get(
        at: offset, to: localAddress(bytes.baseAddress), UInt(bytes.count) / access.width, access)
    }
  }

  /// As `put`, from any memory of this process, which may also be memory of the segment.
  public func unsafePut(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(RSMError) {
    unsafe try token.put(
      at: offset, from: localAddress(bytes.baseAddress), UInt(bytes.count))
  }

  /// As `get`, to any memory of this process, which may also be memory of the segment.
  public func unsafeGet(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(RSMError) {
    unsafe try token.get(
      at: offset, to: localAddress(bytes.baseAddress), UInt(bytes.count))
  }

  /// Of an empty buffer any address will do that is not NULL and is aligned.
  private func localAddress(_ address: UnsafeRawPointer?) -> UInt {
    unsafe UInt(bitPattern: address ?? UnsafeRawPointer(bitPattern: UInt(MemoryLayout<UInt64>.alignment)))
  }
}

/// An integer of 1, 2, 4 or 8 bytes, which can be moved with a single access.
public protocol SegmentElement: BitwiseCopyable, Sendable {}

extension UInt8: SegmentElement {}
extension UInt16: SegmentElement {}
extension UInt32: SegmentElement {}
extension UInt64: SegmentElement {}
extension Int8: SegmentElement {}
extension Int16: SegmentElement {}
extension Int32: SegmentElement {}
extension Int64: SegmentElement {}

extension Access {
  fileprivate init<Element: SegmentElement>(elementOf type: Element.Type) throws(RSMError) {
    switch MemoryLayout<Element>.size {
    case 1: self = .elements8
    case 2: self = .elements16
    case 4: self = .elements32
    case 8: self = .elements64
    case let width:
      throw RSMError(.badLength, "no single access moves the \(width) bytes of a \(type); 1, 2, 4 or 8 bytes can be")
    }
  }
}
