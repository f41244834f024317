import RSMKernel
import SystemPackage

/// What the kernel says about locks and pages of the calling process.
struct Verification: ~Copyable, Sendable {
  private let maps: ProcessMaps
  /// Nil in a process that changed its user: it may not open its own pagemap (ptrace_may_access, PR_SET_DUMPABLE).
  private let pages: PageMap?

  let descriptors: [Int32]

  init() throws(Errno) {
    let maps = try ProcessMaps(process: "self")
    do {
      let pages = try PageMap(process: "self")
      descriptors = [maps.raw, pages.raw]
      self.pages = consume pages
    } catch {
      descriptors = [maps.raw]
      pages = nil
    }
    self.maps = maps
  }

  /// The parts of `ranges`, unpinned so far, that the application has locked itself.
  func lockedParts(of ranges: [PageRange]) throws(PinError) -> [PageRange] {
    var locked: [PageRange] = []
    for range in ranges {
      let unvisited = try walk(range) { part, area throws(PinError) in
        guard area?.isAccessible != false else { throw .badAddress(part.start, .inaccessible) }
        guard PageLock.isLocked(part) else { return }
        try checkLockable(part.prefix(pages: 1), area)
        locked.append(joining: part)
      }
      if let unvisited { throw .badAddress(unvisited, .unmapped) }
    }
    return locked
  }

  /// MADV_COLD is refused on locked memory and on PFN mappings ([vvar], devices) alike; only the latter refuse to be read in.
  private func checkLockable(_ page: PageRange, _ known: MappedArea?) throws(PinError) {
    let area: MappedArea? = if let known { known } else { try area(at: page.start) }
    guard let area, area.isReadable else { return }
    do throws(Errno) {
      try PageLock.populateForReading(page)
    } catch .invalidArgument {
      throw .badAddress(page.start, .unlockable)
    } catch {}
  }

  /// Checks that `range` is locked and present: mlock2 reports success for memory that it does not lock (mlock2(2), VM_IO).
  func verifyPinned(_ range: PageRange) throws(PinError) {
    let unvisited = try walk(range) { part, _ throws(PinError) in
      guard PageLock.isLocked(part) else { throw .badAddress(part.start, .unlockable) }
    }
    if let unvisited { throw .badAddress(unvisited, .unmapped) }
    guard !isPresent(range) else { return }
    // A page under migration is absent for a moment; reading it waits for the end of that.
    try? PageLock.populateForReading(range)
    guard isPresent(range) else { throw .badAddress(range.start, .unlockable) }
  }

  /// Tells a bad address from a shortage after mlock2 answered `ENOMEM` for `chunk`, a part of `range`.
  func explainFailure(of chunk: PageRange, in range: PageRange) -> PinError {
    do throws(PinError) {
      let unvisited = try walk(range) { part, area throws(PinError) in
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
      if let unvisited { return .badAddress(unvisited, .unmapped) }
      return .insufficientMemory(.noMemory)
    } catch {
      return error
    }
  }

  private func isPresent(_ range: PageRange) -> Bool {
    guard let present = try? pages?.isPresent(range) else { return true }
    return present
  }

  /// Visits each VMA's part of `range`. One page lies in one VMA: it is visited without asking which.
  ///
  /// - Returns: the first address where nothing is mapped, nil if `range` is mapped throughout.
  private func walk(
    _ range: PageRange, _ visit: (PageRange, MappedArea?) throws(PinError) -> Void
  ) throws(PinError) -> UInt? {
    guard range.pageCount > 1 else {
      try visit(range, nil)
      return nil
    }
    var address = range.start
    while address < range.end {
      guard let area = try area(at: address),
        let part = area.range.intersection(PageRange(start: address, end: range.end))
      else { return address }
      try visit(part, area)
      address = part.end
    }
    return nil
  }

  private func area(at address: UInt) throws(PinError) -> MappedArea? {
    do {
      return try maps.area(at: address)
    } catch {
      throw .insufficientMemory(error)
    }
  }
}
