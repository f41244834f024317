package import RSMControl

/// The columns of `rsmctl processes`: the keys of the files.
package enum ProcessColumns: ColumnTable {
  package static let all: [Column<TextFields>] = ProcessFile.Key.allCases.map { key in
    Column(key.rawValue, help: help(key), Column.field(key.rawValue, isSize: key == .claimed))
  }

  private static func help(_ key: ProcessFile.Key) -> String {
    switch key {
    case .pid: "the process"
    case .uid: "user that it ran as when it began to use rsm"
    case .since: "when it began to use rsm, in seconds since 1970"
    case .openFiles: "its open files of ctl"
    case .handles: "its live handles"
    case .claimed: "size of what they cover in whole pages"
    case .exports: "segments it has published"
    case .imports: "its connections to segments"
    case .state: "whether the kernel answers about it in time"
    }
  }
}
