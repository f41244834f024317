/// All columns that a listing can have.
package protocol ColumnTable {
  associatedtype Row

  static var all: [Column<Row>] { get }
}

/// A list of columns that cannot be shown, and what could be instead.
package struct ColumnProblem: Error, Equatable {
  package let message: String

  package init(message: String) {
    self.message = message
  }
}

extension ColumnTable {
  /// Those that are shown if nobody asks for others.
  package static var standard: [Column<Row>] { all.filter(\.isStandard) }

  /// One line per column.
  package static var help: String {
    let width = all.map(\.heading.count).max() ?? 0
    return all.map { column in
      let padding = String(repeating: " ", count: width - column.heading.count)
      return "  \(column.heading)\(padding)  \(column.help)"
    }.joined(separator: "\n")
  }

  /// The columns that a list of names separated by commas asks for; upper and lower case are the same.
  package static func columns(named list: String) throws(ColumnProblem) -> [Column<Row>] {
    var columns: [Column<Row>] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let column = all.first(where: { $0.heading == name.uppercased() }) else {
        throw ColumnProblem(
          message: "there is no column \"\(name)\"; the columns are \(all.map(\.heading).joined(separator: ", "))")
      }
      guard !columns.contains(where: { $0.name == column.name }) else {
        throw ColumnProblem(message: "the column \(column.heading) is asked for twice")
      }
      columns.append(column)
    }
    return columns
  }
}
