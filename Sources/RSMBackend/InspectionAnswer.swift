import RSMControl
import RSMKernel

/// What came of asking the kernel about a range.
struct InspectionAnswer {
  enum Outcome {
    case notAsked
    case failed(String)
    case found(HandleFile.Check, InspectionReport.Pages)
  }

  let outcome: Outcome

  static let notAsked = InspectionAnswer(outcome: .notAsked)

  static func failed(_ why: String) -> InspectionAnswer {
    InspectionAnswer(outcome: .failed(why))
  }

  var check: HandleFile.Check? {
    guard case .found(let check, _) = outcome else { return nil }
    return check
  }

  /// - Parameter tagged: pages of `range` that carried a tag when they were pinned.
  func state(of range: PageRange, tagged: UInt64) -> HandleState {
    switch outcome {
    case .notAsked: return .claimed
    case .failed(let why): return .unknown(why)
    case .found(_, let pages):
      if pages.tagged < tagged || tagged > 0 && pages.discarded > 0 { return .stale }
      let total = UInt64(range.pageCount)
      return pages.good == total ? .pinned : .unpinned(good: pages.good, total: total)
    }
  }
}
