import CLinux
import Glibc
package import SystemPackage

/// One open file descriptor, closed when its owner goes.
package struct Descriptor: ~Copyable, Sendable {
  package let raw: Int32

  /// Takes ownership of `raw`.
  package init(owning raw: Int32) {
    self.raw = raw
  }

  /// open(2) with `O_CLOEXEC`.
  package init(opening path: String, flags: Int32) throws(Errno) {
    raw = try checkedRetrying { unsafe open(path, flags | O_CLOEXEC) }
  }

  deinit {
    clinux_keep_in_forked_child(raw)
    close(raw)
  }

  /// Has a forked child close its copy at once (pthread_atfork(3)).
  package func closeInForkedChild() {
    _ = clinux_close_in_forked_child(raw)
  }
}
