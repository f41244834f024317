import RSMKernel

/// The runs of a ledger in ascending order, in leaves of bounded size, so that a change costs a search and one leaf however
/// many runs there are.
struct SortedRuns: Sendable {
  private static let leafLimit = 64

  /// No leaf is empty.
  private var leaves: [[PinLedger.Run]] = []
  private(set) var count = 0

  var all: [PinLedger.Run] { leaves.flatMap { $0 } }

  /// The runs that overlap `range` or touch its ends.
  func touching(_ range: PageRange) -> [PinLedger.Run] {
    leaves[leafIndices(touching: range)].flatMap { $0 }.filter { $0.end >= range.start && $0.start <= range.end }
  }

  /// Puts the runs that `change` answers in place of those that overlap `range` or touch its ends.
  mutating func replace(touching range: PageRange, _ change: ([PinLedger.Run]) -> [PinLedger.Run]) {
    var indices = leafIndices(touching: range)
    if indices.isEmpty, !leaves.isEmpty {
      let neighbour = min(indices.lowerBound, leaves.count - 1)
      indices = neighbour..<neighbour + 1
    } else if indices.count == 1, leaves[indices.lowerBound].count < Self.leafLimit / 4,
      indices.upperBound < leaves.count
    {
      indices = indices.lowerBound..<indices.upperBound + 1
    }
    var content = leaves[indices].flatMap { $0 }
    let first = content.firstIndex { $0.end >= range.start } ?? content.count
    let last = content[first...].firstIndex { $0.start > range.end } ?? content.count
    count -= content.count
    content.replaceSubrange(first..<last, with: change(Array(content[first..<last])))
    count += content.count
    leaves.replaceSubrange(indices, with: Self.split(content))
  }

  private static func split(_ content: [PinLedger.Run]) -> [[PinLedger.Run]] {
    guard content.count > leafLimit else { return content.isEmpty ? [] : [content] }
    return stride(from: 0, to: content.count, by: leafLimit / 2).map { start in
      Array(content[start..<min(start + leafLimit / 2, content.count)])
    }
  }

  /// The leaves that hold runs touching `range`; empty, at the place where they would be, if there are none.
  private func leafIndices(touching range: PageRange) -> Range<Int> {
    let first = partitionPoint { $0[$0.count - 1].end >= range.start }
    let last = partitionPoint { $0[0].start > range.end }
    return first..<max(first, last)
  }

  /// The first leaf for which `belongs` holds, given that it holds for all leaves after it.
  private func partitionPoint(_ belongs: ([PinLedger.Run]) -> Bool) -> Int {
    var low = 0
    var high = leaves.count
    while low < high {
      let middle = (low + high) / 2
      if belongs(leaves[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
