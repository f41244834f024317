extension Controller {
  /// Makes an export segment of `memory`, which keeps its address and contents but is locked and becomes shared memory. As
  /// `rsm_memseg_export_create`(3RSM), whose page says which memory this takes.
  ///
  /// - Parameters:
  ///   - memory: starts on a page and has whole pages. No store of this process is lost meanwhile.
  ///   - allowingRebind: whether `ExportSegment.rebind` may be used, `RSM_ALLOW_REBIND`.
  /// - Throws: `badAddress`, `badLength`, `badAlignment`, `permissionDenied` (it cannot be read and written), `insufficientMemory`
  ///   (RLIMIT_MEMLOCK, memory, a limit of rsmd), `insufficientResources`.
  public func export(
    _ memory: UnsafeMutableRawBufferPointer, allowingRebind: Bool = false
  ) throws(RSMError) -> ExportSegment {
    let flags: Export.Flags = allowingRebind ? .allowRebind : []
    let export = try Runtime.current().createExport(
      controller: token, address: UInt(bitPattern: memory.baseAddress), size: UInt(memory.count), flags: flags.rawValue)
    return ExportSegment(token: export, length: memory.count)
  }

  /// Connects to a segment that another process, or this one, has published. As `rsm_memseg_import_connect`(3RSM).
  ///
  /// - Parameters:
  ///   - node: nil for this machine, the only one that loopback reaches.
  ///   - rights: what is needed, all of which the access list must grant.
  /// - Throws: `controllerNotPresent` for another node, `segmentNotPublished`, `permissionDenied`, `insufficientResources`.
  public func connect(
    to segment: SegmentID, node: UInt32? = nil, rights: AccessRights = [.read, .write]
  ) throws(RSMError) -> ImportSegment {
    let connection = try Runtime.current().connect(
      controller: token, node: node ?? Runtime.localNode, segment: segment.rawValue, rights: rights)
    return try ImportSegment(owning: connection)
  }
}
