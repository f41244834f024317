/// Numbers from a range: never-used ones in ascending order, and those given back, oldest first.
struct ReusePool<Number: FixedWidthInteger> {
  private var fresh: ClosedRange<Number>?
  private var freed: [Number] = []
  /// Where the oldest of `freed` is; what is before has been taken again.
  private var oldest = 0
  private let rest: Int

  /// - Parameter rest: how many younger ones must have been given back before one is taken again, as long as there are fresh ones.
  init(_ range: ClosedRange<Number>, rest: Int) {
    fresh = range
    self.rest = rest
  }

  /// - Returns: nil if none is left.
  mutating func take() -> Number? {
    if freed.count - oldest <= rest, let range = fresh {
      fresh = range.lowerBound < range.upperBound ? range.lowerBound + 1...range.upperBound : nil
      return range.lowerBound
    }
    guard oldest < freed.count else { return nil }
    oldest += 1
    let number = freed[oldest - 1]
    if oldest > 1024, oldest * 2 > freed.count {
      freed.removeFirst(oldest)
      oldest = 0
    }
    return number
  }

  mutating func give(_ number: Number) {
    freed.append(number)
  }
}
