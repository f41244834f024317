import RSMKernel
import SystemPackage

/// What the kernel says about locks and pages of the calling process.
struct Verification: ~Copyable, Sendable {
  let maps: ProcessMaps
  let pageMap: PageMap?

  init() throws(Errno) {
    maps = try ProcessMaps(process: "self", closesInForkedChild: true)
    pageMap = try? PageMap(process: "self", closesInForkedChild: true)
  }

  /// The parts of `ranges`, unpinned so far, that the application has locked itself.
  func lockedParts(of ranges: [PageRange]) throws(PinError) -> [PageRange] {
    var locked: [PageRange] = []
    for range in ranges where PageLock.state(of: range) != .unlocked {
      try walk(range) { part, _ throws(PinError) in
        if PageLock.state(of: part) == .locked { locked.append(joining: part) }
      }
    }
    return locked
  }

  /// Checks that `range` is locked: mlock2(2) reports success for kernel and device memory (VM_IO), which it leaves alone. Where
  /// it locks, its success means that every page is in memory too.
  func verifyLocked(_ range: PageRange) throws(PinError) {
    try walk(range) { part, known throws(PinError) in
      guard PageLock.state(of: part) != .locked else { return }
      let area: MappedArea? = if let known { known } else { try area(at: part.start) }
      guard let area, area.pageSize > pageSize else { throw .badAddress(part.start, .unlockable) }
    }
  }

  /// Tells a bad address from a shortage after mlock2 answered `ENOMEM` for `chunk`, a part of `range`.
  func explainFailure(of chunk: PageRange, in range: PageRange) -> PinError {
    do throws(PinError) {
      try walk(range) { part, area throws(PinError) in
        let known: MappedArea? = if let area { area } else { try self.area(at: part.start) }
        guard let area = known else { throw .badAddress(part.start, .unmapped) }
        guard area.isAccessible else { throw .badAddress(part.start, .inaccessible) }
        guard area.isReadable, let tried = part.intersection(chunk) else { return }
        do throws(Errno) {
          try PageLock.populateForReading(tried)
        } catch .invalidArgument {
          throw .badAddress(tried.start, .inaccessible)
        } catch .badAddress {
          throw .badAddress(tried.start, .inaccessible)
        } catch {
          throw .insufficientMemory(error)
        }
      }
      return .insufficientMemory(.noMemory)
    } catch {
      return error
    }
  }

  /// Visits each VMA's part of `range` and throws where nothing is mapped. One page lies in one VMA: it is visited without
  /// asking which.
  private func walk(
    _ range: PageRange, _ visit: (PageRange, MappedArea?) throws(PinError) -> Void
  ) throws(PinError) {
    guard range.pageCount > 1 else { return try visit(range, nil) }
    var address = range.start
    while address < range.end {
      guard let area = try area(at: address),
        let part = area.range.intersection(PageRange(start: address, end: range.end))
      else { throw .badAddress(address, .unmapped) }
      try visit(part, area)
      address = part.end
    }
  }

  func area(at address: UInt) throws(PinError) -> MappedArea? {
    do {
      return try maps.area(at: address)
    } catch {
      throw .insufficientMemory(error)
    }
  }
}
