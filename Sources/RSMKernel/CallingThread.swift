import CLinux

/// The thread that asks.
package enum CallingThread {
  /// Whether `range` holds part of its stack or of its thread-local storage.
  package static func occupies(_ range: PageRange) -> Bool {
    clinux_is_of_calling_thread(range.start, range.end) != 0
  }
}
