/// The text of a file in the control filesystem: `Key:<tab>value`, one per line.
package struct TextFields: Equatable, Sendable {
  package private(set) var fields: [(key: String, value: String)] = []

  package init() {}

  /// Reads what `text` writes. Lines without a colon are no fields.
  package init(parsing text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }
      fields.append((String(line[..<colon]), String(value)))
    }
  }

  package mutating func append(_ key: String, _ value: some CustomStringConvertible) {
    fields.append((key, value.description))
  }

  package subscript(key: String) -> String? {
    fields.first { $0.key == key }?.value
  }

  package var text: String {
    fields.reduce(into: "") { $0 += "\($1.key):\t\($1.value)\n" }
  }

  package static func == (left: TextFields, right: TextFields) -> Bool {
    left.text == right.text
  }
}
