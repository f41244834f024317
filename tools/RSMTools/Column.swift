/// One column of a listing: drives the header, `--output`, its help, the table and the JSON keys.
package struct Column<Row>: Sendable {
  package enum Value: Equatable, Sendable {
    case number(UInt64)
    /// A size.
    case bytes(UInt128)
    /// A decimal fraction as the kernel or rsmd has written it.
    case fraction(String)
    /// Shown with three digits after the point.
    case ratio(Double)
    case text(String)
    case missing
  }

  package let name: String
  package let help: String
  /// Whether it is shown if nobody asks for others.
  package let isStandard: Bool
  package let value: @Sendable (Row) -> Value

  package init(
    _ name: String, help: String = "", isStandard: Bool = true, _ value: @escaping @Sendable (Row) -> Value
  ) {
    self.name = name
    self.help = help
    self.isStandard = isStandard
    self.value = value
  }

  /// The name as a table and `--output` have it.
  package var heading: String { name.uppercased() }
}

extension Column.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .number(let number): String(number)
    case .bytes(let bytes): String(bytes)
    case .fraction(let digits): digits
    case .ratio(let ratio): Self.decimal(ratio)
    case .text(let text): text
    case .missing: "-"
    }
  }

  /// As in a table.
  func text(_ sizes: TableStyle.Sizes) -> String {
    guard case .bytes(let bytes) = self, sizes == .human else { return description }
    return HumanSize.text(bytes)
  }

  /// As JSON: numbers plain, in base units.
  package var json: String {
    switch self {
    case .number, .bytes, .fraction, .ratio: description
    case .text(let text): JSON.quoted(text)
    case .missing: "null"
    }
  }

  /// As a field of CSV (RFC 4180).
  package var csv: String {
    switch self {
    case .number, .bytes, .fraction, .ratio: description
    case .text(let text): text.contains { "\",\r\n".contains($0) } ? Self.quotedCSV(text) : text
    case .missing: ""
    }
  }

  /// Whether a table shows it at the right edge of its column; nil if it goes along with the others.
  var isNumeric: Bool? {
    switch self {
    case .number, .bytes, .fraction, .ratio: true
    case .text: false
    case .missing: nil
    }
  }

  private static func quotedCSV(_ text: String) -> String {
    "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  private static func decimal(_ value: Double) -> String {
    let thousandths = UInt64((value * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }
}
