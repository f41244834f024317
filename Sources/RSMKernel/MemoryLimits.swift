import Glibc
import SystemPackage

/// What bounds the locking of memory by the calling process, read when asked for: to explain a failure, not to predict one.
package struct MemoryLimits: Sendable {
  /// RLIMIT_MEMLOCK in bytes, nil if unlimited.
  package let lockLimit: UInt?
  /// VmLck in bytes.
  package let lockedBytes: UInt
  /// Mappings of this process.
  package let mapCount: Int

  /// vm.max_map_count.
  package static let maxMapCount: Int = {
    let text = (try? TextFile.read("/proc/sys/vm/max_map_count")) ?? ""
    return text.split(separator: "\n").first.flatMap { Int($0) } ?? .max
  }()

  package init() {
    var limit = rlimit()
    let isKnown = unsafe getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0
    lockLimit = isKnown && limit.rlim_cur != .max ? UInt(limit.rlim_cur) : nil
    let status = (try? TextFile.read("/proc/self/status")) ?? ""
    let locked = status.split(separator: "\n").first { $0.hasPrefix("VmLck:") }
    lockedBytes = (locked?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt($0) } ?? 0) * 1024
    mapCount = (try? TextFile.countLines("/proc/self/maps")) ?? 0
  }
}
