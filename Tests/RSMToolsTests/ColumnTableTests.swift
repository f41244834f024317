import RSMControl
import RSMTools
import Testing

@Suite struct ColumnTableTests {
  @Test func columnsAreChosenByName() throws {
    #expect(try ProcessColumns.columns(named: "claimed,PID,Uid").map(\.name) == ["Claimed", "Pid", "Uid"])
    #expect(try HandleColumns.columns(named: "tag").map(\.heading) == ["TAG"])
  }

  @Test func unknownColumnsAreRefusedByName() {
    #expect(
      throws: ColumnProblem(
        message:
          "there is no column \"Size\"; the columns are PID, UID, SINCE, OPENFILES, HANDLES, CLAIMED, EXPORTS, IMPORTS, STATE"
      )
    ) { try ProcessColumns.columns(named: "pid,Size") }
    for list in ["", ",", "pid,", ",pid", " pid", "pid uid", "pid,pid", "Pid,PID"] {
      #expect(throws: ColumnProblem.self, "\(list)") { try ProcessColumns.columns(named: list) }
    }
  }

  @Test func everyKeyIsAColumn() {
    #expect(Set(SegmentColumns.all.map(\.name)) == Set(SegmentFile.Key.allCases.map(\.rawValue)))
    #expect(Set(HandleColumns.all.map(\.name)) == Set(HandleFile.Key.allCases.map(\.rawValue)))
    #expect(ProcessColumns.all.map(\.name) == ProcessFile.Key.allCases.map(\.rawValue))
    #expect(HandleColumns.all.allSatisfy { !$0.help.isEmpty } && ProcessColumns.all.allSatisfy { !$0.help.isEmpty })
    #expect(
      HandleColumns.standard.map(\.name) == [
        "Id", "Pid", "Uid", "Controller", "Address", "Length", "Pages", "State", "Locked", "Resident", "Checked",
      ])
  }

  @Test func helpHasALineForEachColumn() {
    let lines = ProcessColumns.help.split(separator: "\n").map(String.init)
    #expect(lines.count == ProcessColumns.all.count)
    #expect(lines[0] == "  PID        the process")
  }

  @Test func sizesAreHumanUnlessBytesAreAskedFor() throws {
    let file = ProcessFile(
      pid: 7, uid: 1000, since: Timestamp(microseconds: 1_700_000_000_000_001), openFiles: 1, handles: 2,
      claimed: 69_632, exports: 3, imports: 4, quietSeconds: 0)
    let small = ProcessFile(
      pid: 4242, uid: 0, since: Timestamp(microseconds: 1_700_000_001_000_000), openFiles: 2, handles: 10, claimed: 0,
      exports: 0, imports: 0, quietSeconds: 3)
    let rows = [file, small].map { TextFields(parsing: $0.text) }
    let listing = Listing(ProcessColumns.standard, rows)
    #expect(
      listing.table() == """
         PID   UID              SINCE  OPENFILES  HANDLES  CLAIMED  EXPORTS  IMPORTS  STATE
           7  1000  1700000000.000001          1        2      68K        3        4  ready
        4242     0  1700000001.000000          2       10       0B        0        0  slow (not inspected for 3 s)

        """)
    let few = Listing(try ProcessColumns.columns(named: "state,claimed"), rows)
    #expect(
      few.table(TableStyle(heading: .none, sizes: .bytes)) == """
        ready                         69632
        slow (not inspected for 3 s)      0

        """)
    #expect(
      few.table(TableStyle(heading: .bold)).hasPrefix("\u{1b}[1mSTATE                         CLAIMED\u{1b}[0m\nready"))
    #expect(
      few.json == """
        [
          {"State": "ready", "Claimed": 69632},
          {"State": "slow (not inspected for 3 s)", "Claimed": 0}
        ]

        """)
  }

  @Test func whatIsMissingIsADashAndNull() throws {
    let columns = try HandleColumns.columns(named: "id,locked")
    let listing = Listing(columns, [TextFields(parsing: "Id:\t1\nLocked:\t-\n")])
    #expect(listing.table() == "ID  LOCKED\n 1  -\n")
    #expect(listing.json == "[\n  {\"Id\": 1, \"Locked\": null}\n]\n")
  }
}
