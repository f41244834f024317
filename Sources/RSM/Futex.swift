import CLinux
import Synchronization

/// Waiting for a word to change, by futex(2), among the threads of this process.
enum Futex {
  static func wakeAll(_ word: borrowing Atomic<UInt32>) {
    unsafe withUnsafePointer(to: word) {
      unsafe clinux_futex_wake_all(UnsafeRawPointer($0).assumingMemoryBound(to: UInt32.self))
    }
  }

  /// Returns when the word is no longer `seen` and somebody has said so, or for no reason.
  static func wait(_ word: borrowing Atomic<UInt32>, while seen: UInt32) {
    unsafe withUnsafePointer(to: word) {
      unsafe clinux_futex_wait(UnsafeRawPointer($0).assumingMemoryBound(to: UInt32.self), seen)
    }
  }
}
