import RSMKernel

/// The export segments of this process and the memory they occupy.
///
/// Invariant: no two of the occupied ranges share a page; every live export occupies its range, and one that is being made or moved
/// may occupy another besides.
struct ExportTable {
  private var exports = TokenTable<Export>(.exportSegment)
  private var occupied: [PageRange] = []

  subscript(token: Token) -> Export? { exports[token] }

  /// - Returns: nil if the table is full.
  mutating func insert(_ export: Export) -> Token? {
    exports.insert(export)
  }

  mutating func remove(_ token: Token) -> Export? {
    exports.remove(token)
  }

  /// - Returns: what is in the way, nil if nothing is.
  mutating func occupy(_ range: PageRange) -> PageRange? {
    if let other = occupied.first(where: { $0.intersection(range) != nil }) { return other }
    occupied.append(range)
    return nil
  }

  mutating func vacate(_ range: PageRange) {
    if let index = occupied.firstIndex(of: range) { occupied.remove(at: index) }
  }
}
