/// A range of a process that others can share once it is published.
package final class Export {
  package let id: UInt64
  /// The pidfs inode of the process that created it.
  package let exporter: UInt64
  package let pid: Int32
  /// Owner and group of its access list.
  package let uid: UInt32
  package let gid: UInt32
  package let address: UInt64
  package let length: UInt64
  /// The access list it gets if none is given.
  let standardMode: UInt32
  package let generationSlot: UInt32
  /// Nil once it is destroyed.
  package internal(set) var memory: SegmentMemory?
  /// Where it is to move when it is withdrawn.
  package internal(set) var reserve: SegmentMemory?
  package internal(set) var publication: Publication?

  init(_ request: ExportRequest, id: UInt64, generationSlot: UInt32, memory: SegmentMemory) {
    self.id = id
    exporter = request.exporter
    pid = request.pid
    uid = request.uid
    gid = request.gid
    address = request.address
    length = request.length
    standardMode = 0o666 & ~request.umask
    self.generationSlot = generationSlot
    self.memory = memory
  }
}
