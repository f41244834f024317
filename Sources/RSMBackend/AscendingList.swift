/// Elements in ascending order, each once.
///
/// They lie in chunks, none of them empty, so that the cost of a change does not grow with their number.
struct AscendingList<Element: Comparable> {
  private static var chunkLimit: Int { 512 }

  private var chunks: [[Element]] = []
  private(set) var count = 0

  var elements: [Element] { Array(chunks.joined()) }

  /// The lowest element above `element`.
  func next(after element: Element) -> Element? {
    guard let index = chunk(of: element) else { return chunks.first?.first }
    let place = Self.place(above: element, in: chunks[index])
    if place < chunks[index].count { return chunks[index][place] }
    return index + 1 < chunks.count ? chunks[index + 1].first : nil
  }

  /// - Returns: whether it was new.
  @discardableResult mutating func insert(_ element: Element) -> Bool {
    guard !chunks.isEmpty else {
      chunks = [[element]]
      count = 1
      return true
    }
    let index = chunk(of: element) ?? 0
    let place = Self.place(above: element, in: chunks[index])
    guard place == 0 || chunks[index][place - 1] != element else { return false }
    count += 1
    if place == Self.chunkLimit {
      chunks.insert([element], at: index + 1)
      return true
    }
    chunks[index].insert(element, at: place)
    if chunks[index].count > Self.chunkLimit { split(index) }
    return true
  }

  mutating func remove(_ element: Element) {
    guard let index = chunk(of: element) else { return }
    let place = Self.place(above: element, in: chunks[index]) - 1
    guard chunks[index][place] == element else { return }
    count -= 1
    chunks[index].remove(at: place)
    if chunks[index].isEmpty { chunks.remove(at: index) }
  }

  private mutating func split(_ index: Int) {
    let half = Array(chunks[index][(Self.chunkLimit / 2)...])
    chunks[index].removeLast(half.count)
    chunks.insert(half, at: index + 1)
  }

  /// The last chunk that does not begin above `element`, nil if all do.
  private func chunk(of element: Element) -> Int? {
    let place = Self.firstPlace(in: chunks.count) { chunks[$0][0] > element }
    return place > 0 ? place - 1 : nil
  }

  private static func place(above element: Element, in chunk: [Element]) -> Int {
    firstPlace(in: chunk.count) { chunk[$0] > element }
  }

  /// The first place that `isAbove`, as all after it are.
  private static func firstPlace(in count: Int, _ isAbove: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isAbove(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
