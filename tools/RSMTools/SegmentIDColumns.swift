package import RSMControl

/// The columns of `rsmctl segment-ids`.
package enum SegmentIDColumns: ColumnTable {
  package static let all: [Column<TextFields>] = SegmentIDFile.Entry.Key.allCases.map { key in
    Column(key.rawValue, help: help(key), isStandard: true, Column.field(key.rawValue, isSize: false))
  }

  private static func help(_ key: SegmentIDFile.Entry.Key) -> String {
    switch key {
    case .application: "application that the ids are reserved for"
    case .first: "first segment id, hexadecimal"
    case .count: "number of ids"
    }
  }
}
