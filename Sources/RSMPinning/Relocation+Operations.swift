package import RSMKernel

extension Relocation {
  /// What a range that may be adopted consists of.
  package enum Kind: Equatable, Sendable {
    case privateMemory
    /// At least in part memory that is shared already. Adopted, it is a copy that the other processes with a mapping of the old
    /// memory do not see, nor further mappings of it in this one.
    case sharedMemory
  }

  /// Whether and as what `range` can be adopted.
  package static func kind(of range: PageRange) throws(RelocationError) -> Kind {
    try RelocationSurvey(adopting: range).isShared ? .sharedMemory : .privateMemory
  }

  /// Makes `range` a shared mapping of `memory`, a memfd of exactly its size, open for reading and writing.
  ///
  /// On failure the range is private memory as before, with its contents and its locks (see `RelocationError.isUndone`).
  package static func adopt(
    _ range: PageRange, into memory: borrowing Descriptor
  ) throws(RelocationError) {
    let survey = try RelocationSurvey(adopting: range)
    var relocation = try Relocation(range, survey, into: memory)
    do {
      _ = try relocation.move(toleratesLoss: false)
    } catch {
      guard !error.isUndone else { throw error }
      var error = error
      error.isUndone = takeBack(PageRange(start: range.start, end: relocation.reached), survey)
      throw error
    }
  }

  /// - Returns: whether that gave back all there was: not where memory was shared before.
  private static func takeBack(_ range: PageRange, _ survey: RelocationSurvey) -> Bool {
    do {
      let survey = survey.before(range.end)
      var relocation = try Relocation(range, survey)
      return try relocation.move(toleratesLoss: true) == Losses() && !survey.isShared
    } catch {
      return false
    }
  }

  /// Gives back private memory to those parts of `range` that are shared mappings of `memory`. Others the program has unmapped
  /// or replaced, and they stay as they are, so this may be repeated after an error.
  package static func release(
    _ range: PageRange, from memory: FileIdentity
  ) throws(RelocationError) -> Losses {
    var relocation = try Relocation(range, try RelocationSurvey(range, of: memory))
    return try relocation.move(toleratesLoss: true)
  }

  /// Gets the memory for `release`, to be done by `commit`.
  package static func reserveRelease(
    _ range: PageRange, from memory: FileIdentity
  ) throws(RelocationError) -> Relocation {
    var relocation = try Relocation(range, try RelocationSurvey(range, of: memory))
    try relocation.reserve()
    return relocation
  }

  /// Gets the memory that `commit` needs to move those parts of `range` that are shared mappings of `old` to `new`, a memfd of
  /// exactly its size, open for reading and writing.
  package static func reserveMove(
    _ range: PageRange, from old: FileIdentity, into new: borrowing Descriptor
  ) throws(RelocationError) -> Relocation {
    var relocation = try Relocation(range, try RelocationSurvey(range, of: old), into: new)
    try relocation.reserve()
    return relocation
  }

  /// Moves what was reserved for.
  package consuming func commit() throws(RelocationError) -> Losses {
    try move(toleratesLoss: true)
  }
}
