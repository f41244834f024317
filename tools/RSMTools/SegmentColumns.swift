package import RSMControl

/// The columns of `rsmctl segments`: the keys of the files.
package enum SegmentColumns: ColumnTable {
  private static let otherKeys: [SegmentFile.Key] = [.export, .gid, .address, .published, .generation]

  package static let all: [Column<TextFields>] = SegmentFile.Key.allCases.map { key in
    Column(
      key.rawValue, help: help(key), isStandard: !otherKeys.contains(key),
      key == .mode ? { .text($0[key.rawValue] ?? "-") } : Column.field(key.rawValue, isSize: key == .length))
  }

  private static func help(_ key: SegmentFile.Key) -> String {
    switch key {
    case .id: "segment id"
    case .export: "number of the export segment"
    case .pid: "process that exports it"
    case .uid: "owner of the access list"
    case .gid: "group of the access list"
    case .address: "start of the range at the exporter, if you may know it"
    case .length: "size of the segment"
    case .mode: "access list, octal"
    case .published: "when it was published, in seconds since 1970"
    case .generation: "counter of the withdrawals"
    case .importers: "live connections"
    case .granted: "whether somebody else may have the memory mapped"
    }
  }
}
