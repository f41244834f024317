import RSMControl
import RSMKernel

/// What came of asking the kernel about a range.
struct InspectionAnswer {
  enum Outcome {
    case notAsked
    case failed(String)
    case found(HandleFile.Check, goodPages: UInt64)
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

  func state(of range: PageRange) -> HandleState {
    switch outcome {
    case .notAsked: .claimed
    case .failed(let why): .unknown(why)
    case .found(_, let good):
      good == UInt64(range.pageCount) ? .pinned : .unpinned(good: good, total: UInt64(range.pageCount))
    }
  }
}
