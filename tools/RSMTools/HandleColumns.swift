package import RSMControl

/// The columns of `rsmctl handles`.
package enum HandleColumns {
  package static let all: [Column<TextFields>] = [
    column("id", .id), column("pid", .pid), column("uid", .uid), column("controller", .controller),
    column("address", .address),
    column("length", .length), column("pages", .pages), column("state", .state), column("locked", .locked),
    column("resident", .resident), column("checked", .checked),
  ]

  private static func column(_ name: String, _ key: HandleFile.Key) -> Column<TextFields> {
    Column(name) { file in .init(file[key.rawValue] ?? "-") }
  }
}

extension Column.Value {
  /// Plain decimal digits are a number.
  package init(_ text: String) {
    if let number = UInt64(text) { self = .number(number) } else { self = .text(text) }
  }
}
