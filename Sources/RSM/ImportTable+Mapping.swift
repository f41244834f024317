import RSMKernel

extension ImportTable {
  /// Where a mapping goes.
  package enum Placement {
    case anywhere
    /// Over whatever is there.
    case fixed(UInt)
  }

  /// Maps `length` bytes of a segment from `offset` on for the program, which gets their address.
  package func map(
    _ token: Token, _ placement: Placement, _ rights: AccessRights, offset: Int, length: UInt
  ) throws(RSMError) -> UInt {
    let segment = unsafe try close(token)
    defer { unsafe segment.pointee.record.gate.open() }
    guard case .none = unsafe segment.pointee.record.mapping else {
      throw RSMError(
        .segmentAlreadyMapped,
        "the segment is mapped already: by the program, or for its first put or get; unmap it first")
    }
    guard let memory = unsafe segment.pointee.record.memory, let reach = unsafe segment.pointee.record.reach else {
      throw .badSegment
    }
    let pages = try Self.pages(placement, rights, offset, length, in: reach)
    let base = try SegmentMapping.map(0..<reach.length, of: memory, for: reach.rights)
    unsafe segment.pointee.record.reach?.base = base
    do throws(RSMError) {
      let address =
        switch placement {
        case .anywhere: try SegmentMapping.map(pages, of: memory, for: rights)
        case .fixed(let address): try SegmentMapping.map(pages, of: memory, for: rights, at: address)
        }
      let mapped = PageRange(start: address, end: address + UInt(pages.count))
      unsafe segment.pointee.record.mapping = .explicit(mapped)
      unsafe segment.pointee.record.reach?.window = pages.lowerBound..<pages.lowerBound + length
      aliases.insert(Self.alias(mapped, reach, offset: pages.lowerBound))
      return address
    } catch {
      unsafe removeMappings(segment)
      throw error
    }
  }

  /// Takes away a mapping, whoever asked for it.
  package func unmap(_ token: Token) throws(RSMError) {
    let segment = unsafe try close(token)
    defer { unsafe segment.pointee.record.gate.open() }
    if case .none = unsafe segment.pointee.record.mapping {
      throw RSMError(.segmentNotMapped, "the segment is not mapped")
    }
    unsafe removeMappings(segment)
  }

  /// Maps the whole segment for a put or get, unless somebody else has.
  @inline(never)
  func mapImplicitly(_ token: Token) throws(RSMError) {
    let segment = unsafe try close(token)
    defer { unsafe segment.pointee.record.gate.open() }
    guard case .none = unsafe segment.pointee.record.mapping else { return }
    guard let memory = unsafe segment.pointee.record.memory, let reach = unsafe segment.pointee.record.reach else {
      throw .badSegment
    }
    if reach.isAborted { throw .aborted }
    unsafe segment.pointee.record.reach?.base = try SegmentMapping.map(0..<reach.length, of: memory, for: reach.rights)
    unsafe segment.pointee.record.reach?.window = 0..<reach.length
    unsafe segment.pointee.record.mapping = .implicit
  }

  /// For a segment that is closed.
  func removeMappings(_ segment: Segment) {
    guard let reach = unsafe segment.pointee.record.reach else { return }
    if case .explicit(let pages) = unsafe segment.pointee.record.mapping {
      aliases.remove(Self.alias(pages, reach, offset: reach.window.lowerBound))
      SegmentMapping.unmap(pages)
    }
    if reach.base != 0 { SegmentMapping.unmap(PageRange(start: reach.base, end: reach.base + reach.length)) }
    unsafe segment.pointee.record.reach?.base = 0
    unsafe segment.pointee.record.reach?.window = 0..<0
    unsafe segment.pointee.record.mapping = .none
  }

  private static func alias(_ pages: PageRange, _ reach: ImportRecord.Reach, offset: UInt) -> AliasTable.Alias {
    AliasTable.Alias(pages, offset: offset, of: reach.identity)
  }

  /// The pages to map, after everything that can be wrong with a request has been looked at in the order of the reference.
  private static func pages(
    _ placement: Placement, _ rights: AccessRights, _ offset: Int, _ length: UInt, in reach: ImportRecord.Reach
  ) throws(RSMError) -> Range<UInt> {
    guard rights.isSubset(of: [.read, .write]) else {
      throw RSMError(
        .badPermissions,
        "0\(String(rights.rawValue, radix: 8)) are no permissions to map with; 0400, 0200 and their sum are")
    }
    guard length > 0 else { throw RSMError(.badLength, "a mapping needs at least 1 byte") }
    guard let start = UInt(exactly: offset) else { throw RSMError(.badOffset, "the offset \(offset) is negative") }
    let (end, overflow) = start.addingReportingOverflow(length)
    guard !overflow, end <= reach.length else {
      throw RSMError(
        .badLength, "\(length) bytes from offset \(offset) on go beyond the segment, which has \(reach.length)")
    }
    let mask = pageSize - 1
    guard start & mask == 0 else {
      throw RSMError(
        .badAlignment, "the offset \(offset) is not page aligned; a page has \(pageSize) bytes (sysconf(_SC_PAGESIZE))")
    }
    if case .fixed(let address) = placement, address & mask != 0 {
      throw RSMError(
        .badAlignment,
        "0x\(String(address, radix: 16)) is not page aligned; a page has \(pageSize) bytes (sysconf(_SC_PAGESIZE))")
    }
    if reach.isAborted { throw .aborted }
    let (padded, wraps) = end.addingReportingOverflow(mask)
    guard !wraps, padded & ~mask <= reach.length else {
      throw RSMError(
        .badLength,
        "the last page of \(length) bytes from offset \(offset) on lies beyond the segment of \(reach.length)")
    }
    guard rights.isSubset(of: reach.rights) else {
      throw RSMError(
        .badPermissions,
        "mapping with 0\(String(rights.rawValue, radix: 8)) is more than the connection has (0\(String(reach.rights.rawValue, radix: 8))); "
          + "connect with more rights or map with fewer")
    }
    return start..<padded & ~mask
  }
}

extension ImportRecord.Reach {
  var identity: AliasTable.Identity {
    unsafe AliasTable.Identity(counter: counter, generation: generation)
  }
}

extension RSMError {
  static let aborted = RSMError(
    .connectionAborted,
    "the segment has been withdrawn: its exporter has unpublished or destroyed it or is gone; disconnect and connect again"
  )
}
