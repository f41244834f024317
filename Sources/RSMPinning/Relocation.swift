import Glibc
package import RSMKernel
import SystemPackage

/// Moves the bytes of a range of this process to other memory; the address, the access and the flags of the range stay, and
/// what was locked is locked in its new place.
///
/// No store of this process is lost where userfaultfd(2) reaches. Three kinds the program has to hold off itself: with a
/// userfaultfd for user mode only, system calls that store into the range (they fail with `EFAULT`, and a thread whose stack
/// lies in it is killed); transfers of O_DIRECT in flight; stores of other processes into shared memory. Policies of mbind(2)
/// are not kept. One relocation at a time in a process: the caller sees to that.
///
/// A chunk moves at a time, so that stores wait for a short while only and that never more than the range is locked.
package struct Relocation: ~Copyable {
  /// What did not go as it should although the bytes have moved.
  package struct Losses: Equatable, Sendable {
    /// Where stores made meanwhile may be lost: other threads run without a fence, or the kernel has pages pinned.
    package internal(set) var unfenced: [PageRange] = []
    /// What was locked and is no more.
    package internal(set) var unlocked: [PageRange] = []

    package init() {}
  }

  /// Chunks end at multiples of this, the size of a transparent huge page.
  private static let chunkBytes: UInt = 2 << 20

  private let survey: RelocationSurvey
  private let start: UInt
  private let exchange: MemoryExchange
  /// Written instead of the fresh mapping of it, in which every page would be cleared first.
  private let memory: Descriptor?
  private var fresh: Mapping
  private var isReserved = false
  /// Everything before this address has its new place.
  private(set) var reached: UInt

  /// To private anonymous memory.
  init(_ range: PageRange, _ survey: RelocationSurvey) throws(RelocationError) {
    try self.init(range, survey, nil, try Self.privateMemory(for: range))
  }

  /// To `memory`, a memfd of the size of the range.
  init(
    _ range: PageRange, _ survey: RelocationSurvey, into memory: borrowing Descriptor
  ) throws(RelocationError) {
    let copy = try Self.hold(memory, for: range)
    let fresh = try Self.map(copy, for: range)
    try self.init(range, survey, copy, fresh)
  }

  private init(
    _ range: PageRange, _ survey: RelocationSurvey, _ memory: consuming Descriptor?,
    _ fresh: consuming Mapping
  ) throws(RelocationError) {
    exchange = try Self.makeExchange(for: range)
    self.survey = survey
    self.memory = memory
    self.fresh = fresh
    start = range.start
    reached = range.start
  }

  private static func makeExchange(for range: PageRange) throws(RelocationError) -> MemoryExchange {
    do { return try MemoryExchange() } catch { throw RelocationError(range.start, .unexplored(error)) }
  }

  private static func privateMemory(for range: PageRange) throws(RelocationError) -> Mapping {
    do {
      return try Mapping(anonymous: range.byteCount)
    } catch {
      throw RelocationError(range.start, .insufficientMemory(error))
    }
  }

  private static func map(_ memory: borrowing Descriptor, for range: PageRange) throws(RelocationError) -> Mapping {
    do {
      return try Mapping(sharing: memory, byteCount: range.byteCount)
    } catch {
      throw RelocationError(range.start, .destination(error))
    }
  }

  /// A descriptor of `memory` that lives as long as it is needed.
  private static func hold(_ memory: borrowing Descriptor, for range: PageRange) throws(RelocationError) -> Descriptor {
    let size: UInt64
    let copy: Descriptor
    do {
      size = try memory.size
      copy = try memory.duplicate()
    } catch {
      throw RelocationError(range.start, .destination(error))
    }
    guard size == UInt64(range.byteCount) else { throw RelocationError(range.start, .wrongSize(size)) }
    return copy
  }

  /// Gets all the new memory, so that moving takes none.
  mutating func reserve() throws(RelocationError) {
    guard let range = fresh.rest else { return }
    do { try memory?.allocate(range.byteCount) } catch { throw RelocationError(start, .destination(error)) }
    for part in survey.parts {
      guard let area = part.area else { continue }
      let place = range.start + (part.range.start - start)
      try prepare(PageRange(start: place, end: place + part.range.byteCount), for: area)
    }
    isReserved = true
  }

  /// - Parameter toleratesLoss: goes on where a store made meanwhile or a lock may be lost.
  mutating func move(toleratesLoss: Bool) throws(RelocationError) -> Losses {
    var losses = Losses()
    do {
      for part in survey.parts { try move(part, toleratesLoss, &losses) }
    } catch {
      var error = error
      error.isUndone = reached == start
      throw error
    }
    return losses
  }

  private mutating func move(
    _ part: RelocationSurvey.Part, _ toleratesLoss: Bool, _ losses: inout Losses
  ) throws(RelocationError) {
    while reached < part.range.end {
      let end = min((reached / Self.chunkBytes + 1) * Self.chunkBytes, part.range.end)
      let chunk = PageRange(start: reached, end: end)
      guard let place = fresh.rest?.prefix(pages: chunk.pageCount) else {
        preconditionFailure("as much fresh memory is left as there is to move")
      }
      if let area = part.area {
        try move(chunk, of: area, to: place, toleratesLoss, &losses)
      } else {
        fresh.drop(place)
        reached = end
      }
    }
  }

  private mutating func move(
    _ chunk: PageRange, of area: MemoryArea, to place: PageRange, _ toleratesLoss: Bool, _ losses: inout Losses
  ) throws(RelocationError) {
    if !isReserved { try prepare(place, for: area) }
    if try !exchange(chunk, of: area, with: place, toleratesLoss) { losses.unfenced.append(joining: chunk) }
    fresh.giveAway(place)
    reached = chunk.end
    guard area.flags.contains(.locked) else { return }
    do { try PageLock.lock(chunk) } catch {
      guard toleratesLoss else { throw RelocationError(chunk.start, .lockRefused(error)) }
      if PageLock.state(of: chunk) != .locked { losses.unlocked.append(joining: chunk) }
    }
  }

  /// Gives `place` the flags of `area` and, in private memory, its pages.
  private func prepare(_ place: PageRange, for area: MemoryArea) throws(RelocationError) {
    do {
      try MemoryAdvice.replay(area.flags, on: place)
      if memory == nil { try MemoryAdvice.populateForWriting(place) }
    } catch {
      throw RelocationError(area.range.start, .insufficientMemory(error))
    }
  }

  /// - Returns: whether no store was lost.
  private func exchange(
    _ chunk: PageRange, of area: MemoryArea, with place: PageRange, _ toleratesLoss: Bool
  ) throws(RelocationError) -> Bool {
    guard area.protection & PROT_READ == 0 else {
      // For a memfd the kernel reads, and refuses what is missing; private memory is filled by this process.
      if memory == nil { try populateForReading(chunk) }
      return try exchange(
        MemoryExchange.Chunk(chunk, source: chunk.start, fresh: place, protection: area.protection), toleratesLoss)
    }
    // The program has made it unreadable since.
    let again = try Self.mapAgain(chunk)
    defer { extendLifetime(again) }
    return try exchange(
      MemoryExchange.Chunk(chunk, source: again.start, fresh: place, protection: area.protection), toleratesLoss)
  }

  private func populateForReading(_ chunk: PageRange) throws(RelocationError) {
    do { try PageLock.populateForReading(chunk) } catch {
      throw RelocationError(chunk.start, error == .badAddress ? .inaccessible : .insufficientMemory(error))
    }
  }

  private static func mapAgain(_ chunk: PageRange) throws(RelocationError) -> Mapping {
    do { return try Mapping(again: chunk) } catch { throw RelocationError(chunk.start, .insufficientMemory(error)) }
  }

  /// - Returns: whether no store was lost.
  private func exchange(_ chunk: MemoryExchange.Chunk, _ toleratesLoss: Bool) throws(RelocationError) -> Bool {
    var refusal = exchange.fenceRefusal.map { RelocationError.Cause.needsUserfaultfd($0) } ?? .unfenceable
    if exchange.fenceRefusal == nil {
      do {
        try perform(chunk, isFenced: true, toleratesLoss: false)
        return true
      } catch .unfenceable {
        refusal = .unfenceable
      } catch .fenceTaken {
        refusal = .fenceTaken
      } catch .pinnedByKernel where toleratesLoss {
        return try insist(chunk, isFenced: true)
      } catch {
        throw RelocationError(chunk.range.start, Self.cause(error))
      }
    }
    do {
      try perform(chunk, isFenced: false, toleratesLoss: false)
      return true
    } catch {
      if toleratesLoss, error == .otherThreads || error == .pinnedByKernel {
        return try insist(chunk, isFenced: false)
      }
      throw RelocationError(chunk.range.start, error == .otherThreads ? refusal : Self.cause(error))
    }
  }

  private func insist(_ chunk: MemoryExchange.Chunk, isFenced: Bool) throws(RelocationError) -> Bool {
    do {
      try perform(chunk, isFenced: isFenced, toleratesLoss: true)
      return false
    } catch {
      throw RelocationError(chunk.range.start, Self.cause(error))
    }
  }

  private func perform(
    _ chunk: MemoryExchange.Chunk, isFenced: Bool, toleratesLoss: Bool
  ) throws(MemoryExchange.Failure) {
    try exchange.exchange(
      chunk, writing: destination(of: chunk.range), isFenced: isFenced, toleratesLoss: toleratesLoss)
  }

  private func destination(of chunk: PageRange) -> (descriptor: Int32, offset: UInt)? {
    switch memory {
    case .some(let memory): (memory.raw, chunk.start - start)
    case .none: nil
    }
  }

  private static func cause(_ failure: MemoryExchange.Failure) -> RelocationError.Cause {
    switch failure {
    case .unfenceable, .otherThreads: .unfenceable
    case .fenceTaken: .fenceTaken
    case .pinnedByKernel: .pinnedByKernel
    case .unexplored(let errno): .unexplored(errno)
    case .unreadable: .inaccessible
    case .destination(let errno): .destination(errno)
    case .system(let errno): .insufficientMemory(errno)
    }
  }
}
