import RSMControl

/// One column of a listing: drives the header, the table and the JSON keys.
package struct Column<Row>: Sendable {
  package enum Value: Equatable, Sendable {
    case number(UInt64)
    /// Shown with three digits after the point.
    case ratio(Double)
    case text(String)
    case missing
  }

  package let name: String
  package let value: @Sendable (Row) -> Value

  package init(_ name: String, _ value: @escaping @Sendable (Row) -> Value) {
    self.name = name
    self.value = value
  }
}

extension Column.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .number(let number): String(number)
    case .ratio(let ratio): Self.decimal(ratio)
    case .text(let text): text
    case .missing: "-"
    }
  }

  /// As JSON: numbers plain, in base units.
  package var json: String {
    switch self {
    case .number(let number): String(number)
    case .ratio(let ratio): Self.decimal(ratio)
    case .text(let text): JSON.quoted(text)
    case .missing: "null"
    }
  }

  /// As a field of CSV (RFC 4180).
  package var csv: String {
    switch self {
    case .number, .ratio: description
    case .text(let text): text.contains { "\",\r\n".contains($0) } ? Self.quotedCSV(text) : text
    case .missing: ""
    }
  }

  /// Whether a table shows it at the right edge of its column; nil if it goes along with the others.
  var isNumeric: Bool? {
    switch self {
    case .number, .ratio: true
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
