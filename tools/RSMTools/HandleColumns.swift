package import RSMControl

/// The columns of `rsmctl handles`: the keys of the files.
package enum HandleColumns: ColumnTable {
  private static let standardKeys: [HandleFile.Key] = [
    .id, .pid, .uid, .controller, .address, .length, .pages, .state, .locked, .resident, .checked,
  ]
  private static let otherKeys: [HandleFile.Key] = [.gid, .created, .tag, .method]
  private static let sizes: [HandleFile.Key] = [.length, .locked, .resident]

  package static let all: [Column<TextFields>] = (standardKeys + otherKeys).map { key in
    Column(
      key.rawValue, help: help(key), isStandard: standardKeys.contains(key),
      Column.field(key.rawValue, isSize: sizes.contains(key)))
  }

  private static func help(_ key: HandleFile.Key) -> String {
    switch key {
    case .id: "number of the handle"
    case .controller: "controller it was made on"
    case .pid: "process that owns it"
    case .uid: "user that created it"
    case .gid: "group of that user"
    case .address: "start of the range"
    case .length: "size of the range as registered"
    case .pages: "whole pages it covers"
    case .created: "when it was created, in seconds since 1970"
    case .tag: "how much of the range has an identity tag"
    case .state: "what the kernel says of the range"
    case .locked: "size of what is locked of the range"
    case .resident: "size of what is in memory of the range"
    case .checked: "when the kernel was asked, in seconds since 1970"
    case .method: "how it was asked"
    }
  }
}
