import RSMControl

/// One column of a listing: drives the header, the table and the JSON keys.
package struct Column<Row>: Sendable {
  package enum Value: Equatable, Sendable {
    case number(UInt64)
    case text(String)
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
    case .text(let text): text
    }
  }

  /// As JSON: numbers plain, in base units.
  package var json: String {
    switch self {
    case .number(let number): String(number)
    case .text(let text): JSON.quoted(text)
    }
  }
}
