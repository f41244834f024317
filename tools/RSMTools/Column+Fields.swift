package import RSMControl

extension Column where Row == TextFields {
  /// Reads the value of a column from the field `key` of a file.
  package static func field(_ key: String, isSize: Bool) -> @Sendable (TextFields) -> Value {
    { file in
      let text = file[key] ?? "-"
      if isSize, let bytes = UInt128(text) { return .bytes(bytes) }
      return Value(fieldText: text)
    }
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
