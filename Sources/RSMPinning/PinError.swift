package import SystemPackage

/// Why memory could not be pinned.
package enum PinError: Error, Equatable, Sendable {
  package enum Flaw: Equatable, Sendable {
    /// Nothing is mapped there.
    case unmapped
    /// Mapped without any access, or a guard page, beyond the end of a file, or secret memory.
    case inaccessible
    /// Mapped, but of a kind that mlock2(2) only pretends to lock (device and kernel pages).
    case unlockable
    /// Mapped, but without the access that is wanted.
    case forbidden
  }

  case badAddress(UInt, Flaw)
  /// It is other memory than was pinned.
  case stale
  /// As many separate ranges are pinned as vm.max_map_count leaves room for.
  case tooManyRanges(limit: Int)
  /// The lock limit, the number of mappings or memory itself does not suffice.
  case insufficientMemory(Errno)
}
