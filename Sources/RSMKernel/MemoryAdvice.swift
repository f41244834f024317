import CLinux
import Glibc
package import SystemPackage

/// madvise(2) for the calling process.
package enum MemoryAdvice {
  /// Gives `range` those of `flags` that madvise(2) sets.
  package static func replay(_ flags: MemoryArea.Flags, on range: PageRange) throws(Errno) {
    let advice: [(flag: MemoryArea.Flags, advice: Int32)] = [
      (.notForked, Int32(MADV_DONTFORK)), (.notDumped, Int32(MADV_DONTDUMP)), (.neverHuge, Int32(MADV_NOHUGEPAGE)),
      (.preferablyHuge, Int32(MADV_HUGEPAGE)),
    ]
    for (flag, advice) in advice where flags.contains(flag) { try give(advice, range) }
  }

  /// Gives every page of `range` memory of its own, as a store would.
  package static func populateForWriting(_ range: PageRange) throws(Errno) {
    try give(Int32(MADV_POPULATE_WRITE), range)
  }

  private static func give(_ advice: Int32, _ range: PageRange) throws(Errno) {
    _ = try checkedRetrying { clinux_madvise(range.start, range.byteCount, advice) }
  }
}
