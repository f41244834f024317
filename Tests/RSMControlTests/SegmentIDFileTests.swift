import Testing

@testable import RSMControl

@Suite struct SegmentIDFileTests {
  private let text = """
    # keyword  application  base  count

    \treserved  MYapp 0x600000\t1000
    RESERVE other 700000 16 and a word more
    reserved myapp 0x1 1

    """

  @Test func theFirstLineOfAnApplicationCounts() throws {
    let entry = try #require(try SegmentIDFile.entry(of: "myAPP", in: text))
    #expect(entry == SegmentIDFile.Entry(application: "MYapp", base: 0x600000, count: 1000))
    #expect(try SegmentIDFile.entry(of: "other", in: text)?.base == 0x700000)
    #expect(try SegmentIDFile.entry(of: "nobody", in: text) == nil)
    #expect(try SegmentIDFile.entries(in: text).map(\.count) == [1000, 16, 1])
    #expect(entry.text == "Application:\tMYapp\nFirst:\t0x600000\nCount:\t1000\n")
  }

  @Test(arguments: [
    "app 0x1 1", "preserved app 0x1 1", "reserved app 0x 1", "reserved app xyz 1", "reserved app -1 1",
    "reserved app 0x100000000 1", "reserved app 0x1 -1", "reserved app 0x1 +1", "reserved app 0x1 4294967296",
    "reserved app 0x1 0x10", "reserved app 0x1 many", "reserved other 1\nreserved app 0x1 1",
  ])
  func aWrongLineUpToTheApplicationIsAMistake(_ text: String) {
    #expect(throws: SegmentIDFile.Mistake.self) { try SegmentIDFile.entry(of: "app", in: text) }
  }

  @Test func linesAfterTheApplicationAreNotLookedAt() throws {
    #expect(try SegmentIDFile.entry(of: "app", in: "reserved app 1 2\nnonsense")?.count == 2)
    #expect(
      throws: SegmentIDFile.Mistake(line: 2, message: "1 words where four belong: reserved APPLICATION BASE COUNT")
    ) {
      try SegmentIDFile.entries(in: "reserved app 1 2\nnonsense")
    }
  }
}
