package import RSMKernel

/// How often each page of this process is pinned, and which of the pinned pages the application itself had locked before.
///
/// mlock(2) does not nest; this is what nests. Invariants: runs are sorted, do not overlap, have a count of at least 1, and
/// two that touch differ in count or in origin.
package struct PinLedger: Sendable {
  package struct Run: Equatable, Sendable {
    package var start: UInt
    package var end: UInt
    package var count: Int
    /// Locked by the application before our first pin: stays locked after our last.
    package var isApplicationLocked: Bool

    fileprivate func clipped(_ start: UInt, _ end: UInt, count: Int) -> Run {
      Run(start: start, end: end, count: count, isApplicationLocked: isApplicationLocked)
    }
  }

  private var runs = SortedRuns()

  package init() {}

  package var allRuns: [Run] { runs.all }
  /// Each run is a mapping of its own and splits the one it lies in.
  package var runCount: Int { runs.count }

  /// The parts of `range` that are not pinned at all, ascending.
  package func gaps(in range: PageRange) -> [PageRange] {
    var gaps: [PageRange] = []
    var cursor = range.start
    runs.forEachRun(overlapping: range) { run in
      if run.start > cursor { gaps.append(PageRange(start: cursor, end: run.start)) }
      cursor = run.end
    }
    if cursor < range.end { gaps.append(PageRange(start: cursor, end: range.end)) }
    return gaps
  }

  /// Counts one more pin on every page of `range`.
  ///
  /// - Parameter applicationLocked: parts of the gaps of `range` that are locked already, ascending.
  package mutating func pin(_ range: PageRange, applicationLocked: [PageRange]) {
    runs.replace(touching: range) { old in
      var new = RunBuilder()
      var cursor = range.start
      for run in old {
        if run.start < range.start { new.append(run.clipped(run.start, min(run.end, range.start), count: run.count)) }
        let start = max(run.start, range.start)
        let end = min(run.end, range.end)
        if start < end {
          new.append(gap: cursor, start, applicationLocked)
          new.append(run.clipped(start, end, count: run.count + 1))
          cursor = end
        }
        if run.end > range.end {
          new.append(gap: cursor, range.end, applicationLocked)
          cursor = range.end
          new.append(run.clipped(max(run.start, range.end), run.end, count: run.count))
        }
      }
      new.append(gap: cursor, range.end, applicationLocked)
      return new.runs
    }
  }

  /// Takes one pin from every page of `range`, all of which are pinned.
  ///
  /// - Returns: the parts to unlock now: nothing pins them any more and the application had not locked them.
  package mutating func unpin(_ range: PageRange) -> [PageRange] {
    var released: [PageRange] = []
    runs.replace(touching: range) { old in
      var new = RunBuilder()
      var cursor = range.start
      for run in old {
        let start = max(run.start, range.start)
        let end = min(run.end, range.end)
        guard start < end else {
          new.append(run)
          continue
        }
        precondition(start == cursor, "only pinned pages can be unpinned")
        cursor = end
        if run.start < start { new.append(run.clipped(run.start, start, count: run.count)) }
        if run.count > 1 {
          new.append(run.clipped(start, end, count: run.count - 1))
        } else if !run.isApplicationLocked {
          released.append(joining: PageRange(start: start, end: end))
        }
        if run.end > end { new.append(run.clipped(end, run.end, count: run.count)) }
      }
      precondition(cursor == range.end, "only pinned pages can be unpinned")
      return new.runs
    }
    return released
  }
}

/// Builds runs in ascending order and joins those that touch and do not differ.
private struct RunBuilder {
  var runs: [PinLedger.Run] = []

  mutating func append(_ run: PinLedger.Run) {
    if let last = runs.last, last.end == run.start, last.count == run.count,
      last.isApplicationLocked == run.isApplicationLocked
    {
      runs[runs.count - 1].end = run.end
    } else {
      runs.append(run)
    }
  }

  /// Appends first pins for the pages from `start` to `end`.
  mutating func append(gap start: UInt, _ end: UInt, _ applicationLocked: [PageRange]) {
    guard start < end else { return }
    var cursor = start
    for locked in applicationLocked.compactMap({ $0.intersection(PageRange(start: start, end: end)) }) {
      appendFirst(cursor, locked.start, isApplicationLocked: false)
      appendFirst(locked.start, locked.end, isApplicationLocked: true)
      cursor = locked.end
    }
    appendFirst(cursor, end, isApplicationLocked: false)
  }

  private mutating func appendFirst(_ start: UInt, _ end: UInt, isApplicationLocked: Bool) {
    guard start < end else { return }
    append(PinLedger.Run(start: start, end: end, count: 1, isApplicationLocked: isApplicationLocked))
  }
}
