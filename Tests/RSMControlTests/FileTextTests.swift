import RSMControl
import Testing

@Suite struct FileTextTests {
  @Test func handleFileIsFrozen() {
    let file = HandleFile(
      id: 7, controller: "loopback", pid: 42, uid: 1000, gid: 100, address: 0x7f00_0000_1000, length: 4097, pages: 2,
      tagged: 1,
      created: Timestamp(microseconds: 1_700_000_000_000_001), state: .unpinned(good: 1, total: 2),
      check: .init(time: Timestamp(microseconds: 1_700_000_001_500_000), method: "probe", locked: 4096, resident: 8192))
    #expect(
      file.text == """
        Id:\t7
        Controller:\tloopback
        Pid:\t42
        Uid:\t1000
        Gid:\t100
        Address:\t0x7f0000001000
        Length:\t4097
        Pages:\t2
        Created:\t1700000000.000001
        Tag:\tpartial
        State:\tunpinned (1 of 2 pages)
        Locked:\t4096
        Resident:\t8192
        Checked:\t1700000001.500000
        Method:\tprobe

        """)
  }

  @Test func whatIsNotKnownIsADash() {
    let file = HandleFile(
      id: 1, controller: "loopback", pid: 1, uid: 0, gid: 0, address: 0x1000, length: 1, pages: 1, tagged: 0,
      created: Timestamp(microseconds: 0), state: .unknown("why"), check: nil)
    let fields = TextFields(parsing: file.text)
    #expect(fields["State"] == "unknown (why)")
    #expect([fields["Locked"], fields["Resident"], fields["Checked"], fields["Method"]] == ["-", "-", "-", "-"])
  }

  @Test func timesInTheLogAreUTC() {
    #expect(Timestamp(microseconds: 1_700_000_000_042_999).utc == "2023-11-14T22:13:20.042Z")
    #expect(Timestamp(microseconds: 951_782_400_000_000).utc == "2000-02-29T00:00:00.000Z")
  }

  @Test func statusKeysAreFrozen() {
    #expect(
      StatusKey.allCases.map(\.rawValue) == [
        "Version", "Abi", "Mode", "Agent", "Keeper", "Uptime", "Handles", "MaxHandles", "Claimed", "Stale",
        "Unpinned", "Processes", "OpenFiles", "Requests", "Refused", "Inspection", "Inspectors", "InspectorsReplaced",
        "Features", "Missing",
        "MaxHandlesPerUser", "MaxHandlesPerProcess", "MaxBytesPerUser", "MaxBytesPerProcess", "MaxProcesses",
        "MaxProcessesPerUser", "MaxFilesPerUser", "HeldReads", "MaxHeldReadsPerUser", "Segments",
        "MaxSegments", "MaxSegmentsPerUser", "SegmentBytes", "MaxSegmentBytesPerUser", "Published", "Connections",
        "MaxConnectionsPerUser", "RaiseMemlock",
      ])
  }

  @Test func largestHandleFileFitsItsSize() {
    let file = HandleFile(
      id: .max, controller: "loopback", pid: .max, uid: .max, gid: .max, address: .max, length: .max, pages: .max,
      tagged: 1, created: Timestamp(microseconds: .max), state: .unknown(String(repeating: "x", count: 200)),
      check: .init(time: Timestamp(microseconds: .max), method: "probe", locked: .max, resident: .max))
    #expect(file.text.utf8.count <= ControlTree.handleFileLimit)
  }

  @Test func processFileIsFrozen() {
    let file = ProcessFile(
      pid: 42, uid: 1000, since: Timestamp(microseconds: 1_700_000_000_000_001), openFiles: 2, handles: 3,
      claimed: 12288, exports: 5, imports: 6, quietSeconds: 4)
    #expect(
      file.text == """
        Pid:\t42
        Uid:\t1000
        Since:\t1700000000.000001
        OpenFiles:\t2
        Handles:\t3
        Claimed:\t12288
        Exports:\t5
        Imports:\t6
        State:\tslow (not inspected for 4 s)

        """)
    let largest = ProcessFile(
      pid: .max, uid: .max, since: Timestamp(microseconds: .max), openFiles: .max, handles: .max, claimed: .max,
      exports: .max, imports: .max, quietSeconds: .max)
    #expect(largest.text.utf8.count <= ControlTree.processFileLimit)
  }

  @Test func segmentFileIsFrozen() {
    let file = SegmentFile(
      id: 0x400000, export: 7, pid: 42, uid: 1000, gid: 100, address: 0x7f00_0000_1000, length: 8192, mode: 0o640,
      published: Timestamp(microseconds: 1_700_000_000_000_001), generation: 3, importers: 2, isGranted: true)
    #expect(
      file.text == """
        Id:\t4194304
        Export:\t7
        Pid:\t42
        Uid:\t1000
        Gid:\t100
        Address:\t0x7f0000001000
        Length:\t8192
        Mode:\t0640
        Published:\t1700000000.000001
        Generation:\t3
        Importers:\t2
        Granted:\tyes

        """)
    var largest = SegmentFile(
      id: .max, export: .max, pid: .max, uid: .max, gid: .max, address: .max, length: .max, mode: 0o666,
      published: Timestamp(microseconds: .max), generation: .max, importers: .max, isGranted: true)
    #expect(largest.text.utf8.count <= ControlTree.segmentFileLimit)
    largest.address = nil
    largest.mode = 0
    largest.isGranted = false
    let fields = TextFields(parsing: largest.text)
    #expect([fields["Address"], fields["Mode"], fields["Granted"]] == ["-", "00", "no"])
    #expect("\(Int32.max) \(UInt32.max) rw\n".utf8.count <= ControlTree.importerLineLimit)
  }

  @Test func controllerFileIsFrozen() {
    let file = ControllerFile(pageSize: 4096, physicalPages: 1000)
    #expect(
      file.text == """
        DirectAccessSizes:\t1 2 4 8
        AtomicSizes:\t1 2 4 8
        PageSize:\t4096
        MaxExportSegmentSize:\t4096000
        TotalExportSegmentSize:\t4096000
        MaxExportSegments:\t65535
        MaxImportMapSize:\t4096000
        TotalImportMapSize:\t140737488351232
        MaxImportSegments:\t65535

        """)
    #expect(
      ControllerFile(pageSize: 1 << 16, physicalPages: 1 << 46).text.utf8.count <= ControlTree.controllerFileLimit)
  }

  @Test func largestMetricsFitTheirSize() {
    let text = MetricKey.text { _ in String(UInt128.max) }
    #expect(text.utf8.count <= ControlTree.statusFileLimit)
    #expect(text.hasPrefix("# HELP rsm_uptime_seconds "))
    #expect(text.contains("# TYPE rsm_requests_total counter\nrsm_requests_total 340"))
  }

  @Test func fieldsReadBackWhatTheyWrite() {
    var fields = TextFields()
    fields.append("Key", "a value: with a colon")
    fields.append("Number", 3)
    #expect(TextFields(parsing: fields.text) == fields)
    #expect(TextFields(parsing: "no field\n\nA:\t1").fields.map(\.key) == ["A"])
  }
}
