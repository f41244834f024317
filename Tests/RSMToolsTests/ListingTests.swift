import RSMTools
import Testing

@Suite struct ListingTests {
  private struct Row {
    let name: String
    let size: UInt64
  }

  private let columns: [Column<Row>] = [
    Column("name") { .text($0.name) }, Column("size") { .number($0.size) }, Column("again") { .text($0.name) },
  ]

  @Test func tablesAlignNumbersRightAndTextLeft() {
    let rows = [Row(name: "a", size: 5), Row(name: "longer", size: 12_345)]
    #expect(
      Listing(columns, rows).table() == """
        NAME     SIZE  AGAIN
        a           5  a
        longer  12345  longer

        """)
    #expect(Listing(columns, []).table() == "NAME  SIZE  AGAIN\n")
  }

  @Test func jsonCarriesPlainNumbersAndQuotedText() {
    let rows = [Row(name: "with \"quotes\"\tand \\", size: 1), Row(name: "\u{1}", size: .max)]
    #expect(
      Listing(columns, rows).json == #"""
        [
          {"name": "with \"quotes\"\tand \\", "size": 1, "again": "with \"quotes\"\tand \\"},
          {"name": "\u0001", "size": 18446744073709551615, "again": "\u0001"}
        ]

        """#)
    #expect(Listing(columns, []).json == "[]\n")
  }
}
