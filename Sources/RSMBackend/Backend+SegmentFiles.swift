package import RSMControl
import RSMKernel

extension Backend {
  /// The contents of the file `info` of a segment, nil if it is gone. Where the memory lies is for its user and root.
  package func describe(publication number: UInt64, for reader: Caller) -> SegmentFile? {
    guard let publication = segments[publication: number] else { return nil }
    let export = publication.export
    return SegmentFile(
      id: publication.segmentID, export: export.id, pid: export.pid, uid: export.uid, gid: export.gid,
      address: [0, export.uid].contains(reader.uid) ? export.address : nil, length: export.length,
      mode: publication.mode, published: Timestamp(microseconds: publication.time),
      generation: segments.generation(of: export), importers: publication.connectionCount,
      isGranted: export.memory?.isGranted ?? false)
  }

  /// The contents of the file `importers`: process, user and rights of each connection.
  package func importers(ofPublication number: UInt64) -> String? {
    segments[publication: number].map { publication in
      segments.connections(to: publication).reduce(into: "") { $0 += "\($1.pid) \($1.uid) \($1.rights)\n" }
    }
  }

  /// The lowest segment id above `id` that a process has published.
  package func nextExport(of pid: Int32, after id: UInt32) -> Publication? {
    guard let process = clients.processes.owner(pid)?.process.inode else { return nil }
    return segments.nextSegment(of: process, after: id).flatMap { segments[segment: $0] }
  }

  /// The live connection of a process with the lowest id above `id`.
  package func nextImport(of pid: Int32, after id: UInt64) -> Connection? {
    guard let process = clients.processes.owner(pid)?.process.inode else { return nil }
    return segments.nextConnection(of: process, after: id).flatMap { segments[connection: $0] }
  }
}
