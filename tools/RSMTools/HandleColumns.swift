package import RSMControl

/// The columns of `rsmctl handles`: the keys of the files.
package enum HandleColumns {
  private static let keys: [HandleFile.Key] = [
    .id, .pid, .uid, .controller, .address, .length, .pages, .state, .locked, .resident, .checked,
  ]

  package static let all: [Column<TextFields>] = keys.map { key in
    Column(key.rawValue) { file in .init(fieldText: file[key.rawValue] ?? "-") }
  }
}

extension Column.Value {
  /// The value of a field: digits are a number, a dash is nothing, all else is text.
  package init(fieldText text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if let number = UInt64(text) {
      self = .number(number)
    } else if parts.count == 2, parts.allSatisfy({ UInt64($0) != nil }) {
      self = .fraction(text)
    } else {
      self = text == "-" ? .missing : .text(text)
    }
  }
}
