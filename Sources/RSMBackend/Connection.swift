/// What a process may do with the memory of a publication.
package final class Connection {
  package let id: UInt64
  /// The pidfs inode of the process that connected.
  package let owner: UInt64
  package let pid: Int32
  package let uid: UInt32
  package let rights: Rights
  package let publication: Publication
  /// Nil once the publication is withdrawn.
  package internal(set) var memory: SegmentMemory?
  /// Of the counter of the export when it began.
  package let generation: UInt64

  init(id: UInt64, _ importer: Importer, rights: Rights, to publication: Publication, generation: UInt64) {
    self.id = id
    owner = importer.process
    pid = importer.pid
    uid = importer.uid
    self.rights = rights
    self.publication = publication
    memory = publication.export.memory
    self.generation = generation
  }

  package var isAborted: Bool { memory == nil }
}
