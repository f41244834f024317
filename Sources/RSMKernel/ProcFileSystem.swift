import Glibc

/// /proc as this process finds it (proc(5)).
package enum ProcFileSystem {
  /// Whether the process ids in /proc are those of this process's PID namespace.
  package static var isOfThisNamespace: Bool {
    var target = [CChar](repeating: 0, count: 16)
    let count = unsafe readlink("/proc/self", &target, target.count)
    guard count > 0 else { return false }
    return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) == String(getpid())
  }
}
