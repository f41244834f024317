/// The contents of `segments/<segid>/info`. Keys are never renamed and never removed.
package struct SegmentFile: KeyedFile, Sendable {
  package enum Key: String, CaseIterable, Sendable {
    /// The segment id, the name of the directory.
    case id = "Id"
    /// The number of the export segment at rsmd; never used again.
    case export = "Export"
    /// The exporter's process id, in the PID namespace of rsmd.
    case pid = "Pid"
    /// The user and the group that the access list speaks of: those that created the export segment.
    case uid = "Uid"
    case gid = "Gid"
    /// The first address of the range in the exporter's address space, hexadecimal; `-` for users other than the exporter's.
    case address = "Address"
    /// Bytes.
    case length = "Length"
    /// The access list: the mode of the file `memory`, octal.
    case mode = "Mode"
    /// When it was published, in seconds since 1970.
    case published = "Published"
    /// The counter of withdrawals.
    case generation = "Generation"
    /// Live connections.
    case importers = "Importers"
    /// Whether somebody else may have the memory mapped: yes or no.
    case granted = "Granted"
  }

  package var id: UInt32
  package var export: UInt64
  package var pid: Int32
  package var uid: UInt32
  package var gid: UInt32
  package var address: UInt64?
  package var length: UInt64
  package var mode: UInt32
  package var published: Timestamp
  package var generation: UInt64
  package var importers: Int
  package var isGranted: Bool

  package init(
    id: UInt32, export: UInt64, pid: Int32, uid: UInt32, gid: UInt32, address: UInt64?, length: UInt64, mode: UInt32,
    published: Timestamp, generation: UInt64, importers: Int, isGranted: Bool
  ) {
    self.id = id
    self.export = export
    self.pid = pid
    self.uid = uid
    self.gid = gid
    self.address = address
    self.length = length
    self.mode = mode
    self.published = published
    self.generation = generation
    self.importers = importers
    self.isGranted = isGranted
  }

  package func value(of key: Key) -> String {
    switch key {
    case .id: String(id)
    case .export: String(export)
    case .pid: String(pid)
    case .uid: String(uid)
    case .gid: String(gid)
    case .address: address.map { "0x" + String($0, radix: 16) } ?? "-"
    case .length: String(length)
    case .mode: "0" + String(mode, radix: 8)
    case .published: published.description
    case .generation: String(generation)
    case .importers: String(importers)
    case .granted: isGranted ? "yes" : "no"
    }
  }
}
