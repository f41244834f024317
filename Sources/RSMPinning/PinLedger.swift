package import RSMKernel

/// How often each page of this process is pinned, which of the pinned pages the application itself had locked before, and which
/// carry an identity tag.
///
/// mlock(2) does not nest; this is what nests. Invariants: runs are sorted, do not overlap, have a count of at least 1, and
/// two that touch differ in something. A page keeps what its first pin found out about it until its last one goes.
package struct PinLedger: Sendable {
  package struct Run: Equatable, Sendable {
    package var start: UInt
    package var end: UInt
    package var count: Int
    /// Locked by the application before our first pin: stays locked after our last.
    package var isApplicationLocked: Bool
    package var isTagged: Bool

    package var range: PageRange { PageRange(start: start, end: end) }

    fileprivate func clipped(_ start: UInt, _ end: UInt, count: Int) -> Run {
      Run(start: start, end: end, count: count, isApplicationLocked: isApplicationLocked, isTagged: isTagged)
    }

    fileprivate func differsOnlyInPlace(from other: Run) -> Bool {
      count == other.count && isApplicationLocked == other.isApplicationLocked && isTagged == other.isTagged
    }
  }

  /// What the first pin of some pages has found out about them: parts of their gaps, ascending.
  package struct Findings {
    package var applicationLocked: [PageRange]
    package var tagged: [PageRange]

    package init(applicationLocked: [PageRange] = [], tagged: [PageRange] = []) {
      self.applicationLocked = applicationLocked
      self.tagged = tagged
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

  /// The parts of `range` that are pinned and tagged, ascending.
  package func taggedParts(of range: PageRange) -> [PageRange] {
    var parts: [PageRange] = []
    runs.forEachRun(overlapping: range) { run in
      if run.isTagged, let part = run.range.intersection(range) { parts.append(joining: part) }
    }
    return parts
  }

  /// Counts one more pin on every page of `range`.
  package mutating func pin(_ range: PageRange, _ findings: Findings) {
    runs.replace(touching: range) { old in
      var new = RunBuilder()
      var cursor = range.start
      for run in old {
        if run.start < range.start { new.append(run.clipped(run.start, min(run.end, range.start), count: run.count)) }
        let start = max(run.start, range.start)
        let end = min(run.end, range.end)
        if start < end {
          new.append(gap: cursor, start, findings)
          new.append(run.clipped(start, end, count: run.count + 1))
          cursor = end
        }
        if run.end > range.end {
          new.append(gap: cursor, range.end, findings)
          cursor = range.end
          new.append(run.clipped(max(run.start, range.end), run.end, count: run.count))
        }
      }
      new.append(gap: cursor, range.end, findings)
      return new.runs
    }
  }

  /// Takes one pin from every page of `range`, all of which are pinned.
  ///
  /// - Returns: the parts that nothing pins any more, with a count of 0.
  package mutating func unpin(_ range: PageRange) -> [Run] {
    var released = RunBuilder()
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
        } else {
          released.append(run.clipped(start, end, count: 0))
        }
        if run.end > end { new.append(run.clipped(end, run.end, count: run.count)) }
      }
      precondition(cursor == range.end, "only pinned pages can be unpinned")
      return new.runs
    }
    return released.runs
  }
}

/// Builds runs in ascending order and joins those that touch and do not differ.
private struct RunBuilder {
  var runs: [PinLedger.Run] = []

  mutating func append(_ run: PinLedger.Run) {
    if let last = runs.last, last.end == run.start, last.differsOnlyInPlace(from: run) {
      runs[runs.count - 1].end = run.end
    } else {
      runs.append(run)
    }
  }

  /// Appends first pins for the pages from `start` to `end`.
  mutating func append(gap start: UInt, _ end: UInt, _ findings: PinLedger.Findings) {
    var cursor = start
    while cursor < end {
      let locked = findings.applicationLocked.stretch(from: cursor, to: end)
      let tagged = findings.tagged.stretch(from: cursor, to: locked.end)
      append(
        PinLedger.Run(
          start: cursor, end: tagged.end, count: 1, isApplicationLocked: locked.isInside, isTagged: tagged.isInside))
      cursor = tagged.end
    }
  }
}

extension [PageRange] {
  /// How far the pages from `start` on are all in one of these ranges, or all in none.
  fileprivate func stretch(from start: UInt, to end: UInt) -> (isInside: Bool, end: UInt) {
    for range in self where start < range.end {
      return start < range.start ? (false, Swift.min(end, range.start)) : (true, Swift.min(end, range.end))
    }
    return (false, end)
  }
}
