import RSMKernel
import RSMPinning
import RSMTestSupport
import Testing

@Suite struct PinLedgerTests {
  /// Page numbers instead of addresses keep the tests readable.
  private func pages(_ range: Range<Int>) -> PageRange {
    PageRange(start: UInt(range.lowerBound) * pageSize, end: UInt(range.upperBound) * pageSize)
  }

  @Test func overlappingPinsReleaseOnlyWhatNobodyHoldsAnyMore() {
    var ledger = PinLedger()
    ledger.pin(pages(1..<5), .init())
    ledger.pin(pages(3..<7), .init())
    #expect(ledger.unpin(pages(1..<5)).map(\.range) == [pages(1..<3)])
    #expect(ledger.unpin(pages(3..<7)).map(\.range) == [pages(3..<7)])
    #expect(ledger.allRuns.isEmpty)
  }

  @Test func nestedPinsReleaseTheFrameAroundThem() {
    var ledger = PinLedger()
    ledger.pin(pages(0..<10), .init())
    ledger.pin(pages(4..<6), .init())
    #expect(ledger.unpin(pages(0..<10)).map(\.range) == [pages(0..<4), pages(6..<10)])
    #expect(ledger.unpin(pages(4..<6)).map(\.range) == [pages(4..<6)])
  }

  @Test func gapsAreThePagesWithoutAnyPin() {
    var ledger = PinLedger()
    ledger.pin(pages(2..<4), .init())
    ledger.pin(pages(6..<8), .init())
    #expect(ledger.gaps(in: pages(0..<10)) == [pages(0..<2), pages(4..<6), pages(8..<10)])
    #expect(ledger.gaps(in: pages(2..<4)).isEmpty)
    #expect(ledger.gaps(in: pages(3..<7)) == [pages(4..<6)])
  }

  @Test func releasedPagesTellWhatTheApplicationHadLocked() {
    var ledger = PinLedger()
    ledger.pin(pages(0..<8), .init(applicationLocked: [pages(2..<3), pages(5..<6)]))
    ledger.pin(pages(2..<3), .init())
    #expect(ledger.unpin(pages(2..<3)).isEmpty)
    let released = ledger.unpin(pages(0..<8))
    #expect(released.map(\.range) == [0..<2, 2..<3, 3..<5, 5..<6, 6..<8].map(pages))
    #expect(released.map(\.isApplicationLocked) == [false, true, false, true, false])
  }

  @Test func aTagStaysWithThePagesOfTheFirstPin() {
    var ledger = PinLedger()
    ledger.pin(pages(0..<4), .init(tagged: [pages(0..<2)]))
    ledger.pin(pages(1..<8), .init(tagged: [pages(4..<8)]))
    #expect(ledger.taggedParts(of: pages(0..<8)) == [pages(0..<2), pages(4..<8)])
    #expect(ledger.taggedParts(of: pages(1..<5)) == [pages(1..<2), pages(4..<5)])
    let released = ledger.unpin(pages(0..<4))
    #expect(released.map(\.range) == [pages(0..<1)])
    #expect(released.map(\.isTagged) == [true])
    #expect(ledger.unpin(pages(1..<8)).map(\.isTagged) == [true, false, true])
  }

  @Test func touchingPinsOfOneKindAreOneRun() {
    var ledger = PinLedger()
    for page in stride(from: 0, to: 1000, by: 2) { ledger.pin(pages(page..<page + 1), .init()) }
    #expect(ledger.allRuns.count == 500)
    for page in stride(from: 1, to: 1000, by: 2) { ledger.pin(pages(page..<page + 1), .init()) }
    #expect(ledger.allRuns.count == 1)
    for page in stride(from: 0, to: 1000, by: 2) { _ = ledger.unpin(pages(page..<page + 1)) }
    #expect(ledger.allRuns.count == 500)
  }

  /// 100,000 random pins and unpins over 400 pages, each compared with an array of counts.
  @Test func agreesWithACountPerPage() {
    var random = SeededGenerator(seed: 20_261_122)
    var ledger = PinLedger()
    var model = Model(pageCount: 400)
    var live: [Range<Int>] = []
    for step in 0..<100_000 {
      var agrees = true
      if live.count < 200, Bool.random(using: &random) {
        let start = Int.random(in: 0..<400, using: &random)
        let range = start..<Int.random(in: start + 1...min(start + 60, 400), using: &random)
        let free = range.filter { model.counts[$0] == 0 }
        agrees = pageNumbers(ledger.gaps(in: pages(range))) == free
        let locked = free.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
        let tagged = free.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
        model.pin(range, applicationLocked: locked, tagged: tagged)
        ledger.pin(
          pages(range),
          .init(applicationLocked: locked.map { pages($0..<$0 + 1) }, tagged: tagged.map { pages($0..<$0 + 1) }))
        live.append(range)
      } else if let index = live.indices.randomElement(using: &random) {
        let range = live.remove(at: index)
        agrees = agree(ledger.unpin(pages(range)), model.unpin(range))
      }
      agrees = agrees && (step % 16 != 0 || model.describes(ledger.allRuns))
      guard agrees else {
        Issue.record("the ledger and the model part at step \(step)")
        return
      }
    }
    for range in live { #expect(agree(ledger.unpin(pages(range)), model.unpin(range))) }
    #expect(ledger.allRuns.isEmpty)
  }

  private func agree(_ released: [PinLedger.Run], _ expected: [Model.Page]) -> Bool {
    expected
      == released.flatMap { run in
        pageNumbers([run.range]).map {
          Model.Page(number: $0, isApplicationLocked: run.isApplicationLocked, isTagged: run.isTagged)
        }
      }
  }

  private func pageNumbers(_ ranges: [PageRange]) -> [Int] {
    ranges.flatMap { Int($0.start / pageSize)..<Int($0.end / pageSize) }
  }
}

/// What a ledger must do, with an entry per page.
private struct Model {
  struct Page: Equatable {
    let number: Int
    let isApplicationLocked: Bool
    let isTagged: Bool
  }

  var counts: [Int]
  private var applicationLocked: [Bool]
  private var tagged: [Bool]

  init(pageCount: Int) {
    counts = Array(repeating: 0, count: pageCount)
    applicationLocked = Array(repeating: false, count: pageCount)
    tagged = applicationLocked
  }

  mutating func pin(_ range: Range<Int>, applicationLocked locked: [Int], tagged: [Int]) {
    for page in range where counts[page] == 0 {
      applicationLocked[page] = locked.contains(page)
      self.tagged[page] = tagged.contains(page)
    }
    for page in range { counts[page] += 1 }
  }

  /// - Returns: the pages that nothing pins any more.
  mutating func unpin(_ range: Range<Int>) -> [Page] {
    for page in range { counts[page] -= 1 }
    return range.filter { counts[$0] == 0 }.map {
      Page(number: $0, isApplicationLocked: applicationLocked[$0], isTagged: tagged[$0])
    }
  }

  /// Whether the runs have the counts of this model, in order, and as few of them as possible.
  func describes(_ runs: [PinLedger.Run]) -> Bool {
    var seen = [Int](repeating: 0, count: counts.count)
    for (index, run) in runs.enumerated() {
      for page in run.start / pageSize..<run.end / pageSize { seen[Int(page)] += run.count }
      guard index > 0 else { continue }
      let previous = runs[index - 1]
      let differs =
        previous.count != run.count || previous.isApplicationLocked != run.isApplicationLocked
        || previous.isTagged != run.isTagged
      guard previous.end < run.start || previous.end == run.start && differs else { return false }
    }
    return seen == counts
  }
}
