/// Rows and the columns to show of them.
package struct Listing<Row> {
  private let columns: [Column<Row>]
  private let rows: [Row]

  package init(_ columns: [Column<Row>], _ rows: [Row]) {
    self.columns = columns
    self.rows = rows
  }

  /// A header and one line per row: numbers to the right, text to the left, no blanks at the end of a line.
  package func table(_ style: TableStyle = TableStyle()) -> String {
    let cells = rows.map { row in columns.map { $0.value(row) } }
    let texts = cells.map { $0.map { $0.text(style.sizes) } }
    let lines = style.heading == .none ? texts : [columns.map(\.heading)] + texts
    let widths = columns.indices.map { index in lines.map { $0[index].count }.max() ?? 0 }
    let isNumeric = columns.indices.map { index in
      let known = cells.compactMap { $0[index].isNumeric }
      return known.allSatisfy { $0 } && !known.isEmpty
    }
    return lines.enumerated().map { number, line in
      let padded = line.indices.map { index in
        let padding = String(repeating: " ", count: widths[index] - line[index].count)
        return isNumeric[index] ? padding + line[index] : line[index] + padding
      }
      let text = String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
      return number == 0 && style.heading == .bold ? "\u{1b}[1m\(text)\u{1b}[0m\n" : text + "\n"
    }.joined()
  }

  /// An array of objects, one per line.
  package var json: String {
    let objects = rows.map { row in JSON.object(columns.map { ($0.name, $0.value(row).json) }) }
    return objects.isEmpty ? "[]\n" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]\n"
  }

  /// A header and one line per row (RFC 4180).
  package var csv: String {
    let lines =
      [columns.map { Column<Row>.Value.text($0.name).csv }] + rows.map { row in columns.map { $0.value(row).csv } }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
