/// Elements in ascending order, each once.
struct AscendingList<Element: Comparable> {
  private(set) var elements: [Element] = []

  var count: Int { elements.count }

  /// The lowest element above `element`.
  func next(after element: Element) -> Element? {
    let place = firstPlace(above: element)
    return place < elements.count ? elements[place] : nil
  }

  /// - Returns: whether it was new.
  @discardableResult mutating func insert(_ element: Element) -> Bool {
    let place = firstPlace(above: element)
    guard place == 0 || elements[place - 1] != element else { return false }
    elements.insert(element, at: place)
    return true
  }

  mutating func remove(_ element: Element) {
    let place = firstPlace(above: element) - 1
    guard place >= 0, elements[place] == element else { return }
    elements.remove(at: place)
  }

  private func firstPlace(above element: Element) -> Int {
    var low = 0
    var high = elements.count
    while low < high {
      let middle = (low + high) / 2
      if elements[middle] <= element { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
