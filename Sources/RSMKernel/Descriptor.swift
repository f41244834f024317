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
    close(raw)
  }

  /// Gives the descriptor up without closing it.
  package consuming func release() -> Int32 {
    let raw = raw
    discard self
    return raw
  }
}
