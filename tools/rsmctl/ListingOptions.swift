import ArgumentParser
import RSMControl
import RSMTools

/// The options of every listing.
struct ListingOptions<Table: ColumnTable>: ParsableArguments where Table.Row == TextFields {
  @Flag(help: "Print a JSON array, with sizes in bytes.")
  var json = false

  @Option(
    help: ArgumentHelp("Show these columns, in this order; separate them by commas.", valueName: "columns"),
    completion: .list(Table.all.map(\.heading)))
  var output: String?

  @Flag(name: .customLong("noheadings"), help: "Print a table without its first line.")
  var noHeadings = false

  @Flag(help: "Print sizes in bytes instead of as 68K or 1.2M.")
  var bytes = false

  private var columns: [Column<TextFields>] {
    get throws(ColumnProblem) { try output.map(Table.columns) ?? Table.standard }
  }

  var style: TableStyle {
    TableStyle(
      heading: noHeadings ? .none : Tool.usesBold ? .bold : .plain, sizes: bytes ? .bytes : .human)
  }

  func validate() throws {
    do throws(ColumnProblem) {
      _ = try columns
    } catch {
      throw ValidationError(error.message)
    }
  }

  func text(_ rows: [TextFields]) throws -> String {
    let listing = Listing(try columns, rows)
    return json ? listing.json : listing.table(style)
  }

  /// The table, for a screen: without marks for bold.
  func lines(_ rows: [TextFields]) throws -> [String] {
    let style = TableStyle(heading: noHeadings ? .none : .plain, sizes: bytes ? .bytes : .human)
    return Listing(try columns, rows).table(style).split(separator: "\n").map(String.init)
  }

  /// What `--help` says of the columns.
  static var discussion: String {
    "The columns:\n\(Table.help)"
  }
}
