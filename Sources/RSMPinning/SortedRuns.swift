import RSMKernel

/// The runs of a ledger in ascending order, in leaves of bounded size, so that a change costs a search and one leaf however
/// many runs there are.
struct SortedRuns: Sendable {
  private static let leafLimit = 64

  /// No leaf is empty.
  private var leaves: [[PinLedger.Run]] = []
  private(set) var count = 0

  var all: [PinLedger.Run] { leaves.flatMap { $0 } }

  /// Visits the runs that overlap `range`, in order.
  func forEachRun(overlapping range: PageRange, _ body: (PinLedger.Run) -> Void) {
    for leaf in leafIndices(touching: range) {
      for run in leaves[leaf] where run.end > range.start && run.start < range.end {
        body(run)
      }
    }
  }

  /// Puts the runs that `change` answers in place of those that overlap `range` or touch its ends.
  mutating func replace(touching range: PageRange, _ change: (ArraySlice<PinLedger.Run>) -> [PinLedger.Run]) {
    let leaf = gather(leafIndices(touching: range))
    let first = leaves[leaf].firstIndex { $0.end >= range.start } ?? leaves[leaf].count
    let last = leaves[leaf][first...].firstIndex { $0.start > range.end } ?? leaves[leaf].count
    let new = change(leaves[leaf][first..<last])
    count += new.count - (last - first)
    leaves[leaf].replaceSubrange(first..<last, with: new)
    if leaves[leaf].isEmpty {
      leaves.remove(at: leaf)
    } else if leaves[leaf].count > Self.leafLimit {
      leaves.replaceSubrange(leaf...leaf, with: Self.split(leaves[leaf]))
    }
  }

  /// Makes one leaf of the given ones, which lie side by side, or finds the one beside the place where they would be.
  private mutating func gather(_ indices: Range<Int>) -> Int {
    if leaves.isEmpty { leaves.append([]) }
    let leaf = min(indices.lowerBound, leaves.count - 1)
    var end = max(indices.upperBound, leaf + 1)
    // A leaf that has become small takes in the next one.
    if end < leaves.count, leaves[leaf].count < Self.leafLimit / 4 { end += 1 }
    for other in leaf + 1..<end {
      leaves[leaf] += leaves[other]
    }
    leaves.removeSubrange(leaf + 1..<end)
    return leaf
  }

  private static func split(_ content: [PinLedger.Run]) -> [[PinLedger.Run]] {
    stride(from: 0, to: content.count, by: leafLimit / 2).map { start in
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
