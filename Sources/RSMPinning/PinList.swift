/// The live pins, in no order. A list through the pins themselves: a process at vm.max_map_count gets no memory for a table that
/// grows.
struct PinList: ~Copyable, Sendable {
  private var first: Pin?

  mutating func insert(_ pin: Pin) {
    unsafe first?.previous = pin
    unsafe pin.next = first
    first = pin
  }

  mutating func remove(_ pin: Pin) {
    let next = unsafe pin.next
    let previous = unsafe pin.previous
    if let previous { unsafe previous.next = next } else { first = next }
    unsafe next?.previous = previous
    unsafe pin.next = nil
    unsafe pin.previous = nil
  }

  /// The pins for which `isWanted` holds.
  func all(where isWanted: (Pin) -> Bool) -> [Pin] {
    var wanted: [Pin] = []
    var pin = first
    while let current = pin {
      if isWanted(current) { wanted.append(current) }
      pin = unsafe current.next
    }
    return wanted
  }
}
