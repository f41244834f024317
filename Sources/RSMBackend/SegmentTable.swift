import CRSM
package import RSMControl
package import RSMKernel
package import SystemPackage

/// The export segments of all processes, those of them that are published, and the connections to them.
///
/// Invariants: an export has memory as long as it lives, and a publication if and only if that publication can be found by its
/// segment id and by its number; a connection is not aborted if and only if its publication lives and lists it; whoever created an
/// export or made a connection has it listed under its pidfs inode; the generation of an export has been counted up before
/// anything else of a withdrawal can be seen.
package final class SegmentTable {
  private static let assignedIDs = UInt32(RSM_CTL_FIRST_ASSIGNED_ID)...UInt32.max
  /// Those below belong to drivers, transports and libraries.
  private static let firstFreeID: UInt32 = 0x400000
  /// An id that has just gone out of use must not lead late importers to another segment.
  private static let restOfIDs = 1024
  /// What one process has.
  private struct Share {
    var published = AscendingList<UInt32>()
    /// Those that are not aborted.
    var connections = AscendingList<UInt64>()
    var allConnections: Set<UInt64> = []

    var isEmpty: Bool { published.count == 0 && allConnections.isEmpty }
  }

  /// What an export takes that is to be withdrawn: its memory, and what it will move to.
  package static let mostDescriptors = 2

  /// How many exports there can be.
  package let limit: Int
  package let generations: SharedCounters
  /// Called with the number of a publication that ends.
  package var withdrawn: (UInt64) -> Void = { _ in }
  private var slots: ReusePool<UInt32>
  private var ids = ReusePool<UInt32>(assignedIDs, rest: restOfIDs)
  private var exports: [UInt64: Export] = [:]
  private var publications: [UInt64: Publication] = [:]
  private var published: [UInt32: Publication] = [:]
  private var order = AscendingList<UInt32>()
  private var connections: [UInt64: Connection] = [:]
  private var shares: [UInt64: Share] = [:]
  private var lastExport: UInt64 = 0
  private var lastPublication: UInt64 = 0
  private var lastConnection: UInt64 = 0

  /// - Parameter limit: each export costs a generation slot and up to `mostDescriptors`.
  package init(limit: Int) throws(Errno) {
    let count = Int(RSM_CTL_GENERATION_SLOTS)
    generations = try SharedCounters("rsm-generations", count: count)
    generations[0] = Clock.microseconds
    slots = ReusePool(1...UInt32(count - 1), rest: 0)
    self.limit = min(limit, count - 1)
  }

  package var count: Int { exports.count }
  package var publishedCount: Int { published.count }
  package var connectionCount: Int { connections.count }

  package subscript(export id: UInt64) -> Export? { exports[id] }
  package subscript(publication number: UInt64) -> Publication? { publications[number] }
  package subscript(segment id: UInt32) -> Publication? { published[id] }
  package subscript(connection id: UInt64) -> Connection? { connections[id] }

  /// The lowest published segment id above `id`.
  package func nextSegment(after id: UInt32) -> UInt32? { order.next(after: id) }

  /// The lowest segment id above `id` that a process has published.
  package func nextSegment(of exporter: UInt64, after id: UInt32) -> UInt32? {
    shares[exporter]?.published.next(after: id)
  }

  /// The lowest id above `id` of the live connections of a process.
  package func nextConnection(of importer: UInt64, after id: UInt64) -> UInt64? {
    shares[importer]?.connections.next(after: id)
  }

  /// How many segments a process has published, and how many it is connected to.
  package func counts(of process: UInt64) -> (exports: Int, imports: Int) {
    shares[process].map { ($0.published.count, $0.connections.count) } ?? (0, 0)
  }

  /// The live connections of a publication, in the order in which they were made.
  package func connections(to publication: Publication) -> [Connection] {
    publication.connections.elements.compactMap { connections[$0] }
  }

  package func generation(of export: Export) -> UInt64 {
    generations[Int(export.generationSlot)]
  }

  /// All connections of a process, aborted ones too.
  func connectionIDs(of importer: UInt64) -> Set<UInt64> { shares[importer]?.allConnections ?? [] }

  // MARK: Exports

  package func create(_ request: ExportRequest) throws(Refusal) -> Export {
    guard request.umask & ~0o777 == 0 else { throw Refusal(code: RSMERR_BAD_ARGS_ERRORS, reason: .badMode) }
    guard exports.count < limit, let slot = slots.take() else {
      throw Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noExportLeft)
    }
    do throws(Refusal) {
      let memory = try Self.memory(length: request.length)
      lastExport += 1
      generations.countUp(Int(slot))
      let export = Export(request, id: lastExport, generationSlot: slot, memory: memory)
      exports[export.id] = export
      return export
    } catch {
      slots.give(slot)
      throw error
    }
  }

  /// The export `id` if `exporter` has created it.
  package func export(_ id: UInt64, of exporter: UInt64) throws(Refusal) -> Export {
    guard let export = exports[id] else { throw Refusal(code: RSMERR_BAD_SEG_HNDL, reason: .noSuchExport) }
    guard export.exporter == exporter else { throw Refusal(code: RSMERR_NOT_CREATOR, reason: .notExporter) }
    return export
  }

  /// Withdraws an export and forgets it.
  ///
  /// - Returns: whether somebody may have its memory.
  package func destroy(_ export: Export) -> Bool {
    let wasGranted = export.memory?.isGranted ?? false
    withdraw(export)
    export.memory = nil
    export.reserve = nil
    exports[export.id] = nil
    slots.give(export.generationSlot)
    return wasGranted
  }

  // MARK: Publications

  /// - Parameters:
  ///   - segmentID: 0 for one that is free.
  ///   - mode: bits of 0666, or `RSM_CTL_MODE_BY_UMASK`.
  package func publish(_ export: Export, as segmentID: UInt32, mode: UInt32) throws(Refusal) -> Publication {
    guard export.publication == nil else {
      throw Refusal(code: RSMERR_SEG_ALREADY_PUBLISHED, reason: .alreadyPublished)
    }
    let mode = try Self.accessList(mode, of: export)
    let allocated = try? export.memory?.file.allocatedBytes()
    guard let allocated, UInt64(allocated) >= export.length else {
      throw Refusal(code: RSMERR_INTERNAL_ERROR, reason: .notFilled)
    }
    let id = try idleID(segmentID)
    lastPublication += 1
    let publication = Publication(number: lastPublication, segmentID: id, export: export, mode: mode)
    export.publication = publication
    publications[publication.number] = publication
    published[id] = publication
    order.insert(id)
    shares[export.exporter, default: Share()].published.insert(id)
    return publication
  }

  package func republish(_ export: Export, mode: UInt32) throws(Refusal) {
    guard let publication = export.publication else {
      throw Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished)
    }
    publication.mode = try Self.accessList(mode, of: export)
  }

  /// Makes the memory that an export will have when it is withdrawn, if somebody may have what it has now.
  ///
  /// - Returns: whether there is such memory.
  package func reserve(_ export: Export) throws(Refusal) -> Bool {
    guard export.publication != nil else { throw Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished) }
    guard export.memory?.isGranted == true else { return false }
    if export.reserve == nil { export.reserve = try Self.memory(length: export.length) }
    return true
  }

  /// Takes back the id of an export. If somebody may have its memory, it gets what was reserved; nothing happens if nothing was.
  ///
  /// - Returns: whether it got other memory.
  package func unpublish(_ export: Export) throws(Refusal) -> Bool {
    guard export.publication != nil else { throw Refusal(code: RSMERR_SEG_NOT_PUBLISHED, reason: .notPublished) }
    let moves = export.memory?.isGranted == true
    guard !moves || export.reserve != nil else {
      throw Refusal(code: RSMERR_INTERNAL_ERROR, reason: .notReserved)
    }
    withdraw(export)
    if moves { export.memory = export.reserve }
    export.reserve = nil
    return moves
  }

  private func withdraw(_ export: Export) {
    generations.countUp(Int(export.generationSlot))
    guard let publication = export.publication else { return }
    export.publication = nil
    publications[publication.number] = nil
    published[publication.segmentID] = nil
    order.remove(publication.segmentID)
    change(export.exporter) { $0.published.remove(publication.segmentID) }
    if Self.assignedIDs.contains(publication.segmentID) { ids.give(publication.segmentID) }
    for id in publication.connections.elements {
      guard let connection = connections[id] else { continue }
      connection.memory = nil
      change(connection.owner) { $0.connections.remove(id) }
    }
    publication.connections = AscendingList()
    withdrawn(publication.number)
  }

  private func idleID(_ asked: UInt32) throws(Refusal) -> UInt32 {
    guard asked != 0 else {
      guard let id = ids.take() else {
        throw Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noSegmentID)
      }
      return id
    }
    guard asked >= Self.firstFreeID, !Self.assignedIDs.contains(asked) else {
      throw Refusal(code: RSMERR_RESERVED_SEGID, reason: .reservedSegmentID)
    }
    guard published[asked] == nil else { throw Refusal(code: RSMERR_SEGID_IN_USE, reason: .segmentIDInUse) }
    return asked
  }

  private static func accessList(_ mode: UInt32, of export: Export) throws(Refusal) -> UInt32 {
    guard mode != RSM_CTL_MODE_BY_UMASK else { return export.standardMode }
    guard mode & ~0o666 == 0 else { throw Refusal(code: RSMERR_BAD_ACL, reason: .badMode) }
    return mode
  }

  private static func memory(length: UInt64) throws(Refusal) -> SegmentMemory {
    do throws(Errno) {
      guard let length = Int(exactly: length) else { throw .fileTooLarge }
      return try SegmentMemory(length: length)
    } catch .tooManyOpenFiles, .tooManyOpenFilesInSystem {
      throw Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .noDescriptor)
    } catch {
      throw Refusal(code: RSMERR_INSUFFICIENT_MEM, reason: .noMemory)
    }
  }

  // MARK: Connections

  package func connect(_ importer: Importer, rights: Rights, to publication: Publication) -> Connection {
    lastConnection += 1
    let connection = Connection(
      id: lastConnection, importer, rights: rights, to: publication, generation: generation(of: publication.export))
    connections[connection.id] = connection
    publication.connections.insert(connection.id)
    shares[connection.owner, default: Share()].connections.insert(connection.id)
    shares[connection.owner]?.allConnections.insert(connection.id)
    return connection
  }

  package func disconnect(_ connection: Connection) {
    connections[connection.id] = nil
    connection.publication.connections.remove(connection.id)
    change(connection.owner) { share in
      share.connections.remove(connection.id)
      share.allConnections.remove(connection.id)
    }
    connection.memory = nil
  }

  private func change(_ process: UInt64, _ body: (inout Share) -> Void) {
    guard shares[process] != nil else { return }
    body(&shares[process, default: Share()])
    if shares[process]?.isEmpty == true { shares[process] = nil }
  }
}
