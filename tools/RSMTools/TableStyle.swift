/// How a listing looks as a table.
package struct TableStyle: Sendable {
  package enum Heading: Sendable {
    case plain
    /// For a terminal.
    case bold
    case none
  }

  package enum Sizes: Sendable {
    /// As 68K or 1.2M.
    case human
    case bytes
  }

  package var heading: Heading
  package var sizes: Sizes

  package init(heading: Heading = .plain, sizes: Sizes = .human) {
    self.heading = heading
    self.sizes = sizes
  }
}
