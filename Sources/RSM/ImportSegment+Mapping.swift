extension ImportSegment {
  /// Maps a part of the segment, as `rsm_memseg_import_map`(3RSM). It stays mapped until `unmap`, or until the segment goes.
  ///
  /// Withdrawing the segment takes no page away: loads then see memory that nobody else reaches. Puts and gets are limited to
  /// `range` while it is mapped.
  ///
  /// - Parameters:
  ///   - range: begins on a page; the default is the whole segment.
  ///   - rights: the protection of the pages, at most the rights of the connection.
  ///   - address: where it must go, over whatever is mapped there; nil lets the kernel choose.
  /// - Throws: `segmentAlreadyMapped`, also after a put or get, which map the segment themselves; `badAlignment`, `badOffset`, `badLength`,
  ///   `badPermissions`, `connectionAborted`, `mapFailed`.
  public func unsafeMap(
    _ range: Range<Int>? = nil, rights: AccessRights, at address: UnsafeMutableRawPointer? = nil
  ) throws(RSMError) -> UnsafeMutableRawBufferPointer {
    let range = range ?? 0..<length
    let placement: ImportTable.Placement = unsafe address.map { .fixed(UInt(bitPattern: $0)) } ?? .anywhere
    let mapped = unsafe try ImportTable.current().pointee.map(
      token, placement, rights, offset: range.lowerBound, length: UInt(range.count))
    return unsafe UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: mapped), count: range.count)
  }

  /// Takes the mapping away, also the one that puts and gets have made, as `rsm_memseg_import_unmap`(3RSM).
  ///
  /// - Throws: `segmentNotMapped`.
  public func unmap() throws(RSMError) {
    unsafe try ImportTable.current().pointee.unmap(token)
  }
}
