import Glibc
import SystemPackage

/// What bounds the locking of memory by the calling process, read when asked for: to explain a failure, not to predict one.
package struct MemoryLimits: Sendable {
  /// RLIMIT_MEMLOCK in bytes, nil if unlimited.
  package let lockLimit: UInt?
  /// VmLck in bytes.
  package let lockedBytes: UInt
  /// Mappings of this process.
  package let mapCount: UInt
  /// vm.max_map_count.
  package let maxMapCount: UInt

  package init() {
    var limit = rlimit()
    let isKnown = unsafe getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0
    lockLimit = isKnown && limit.rlim_cur != .max ? UInt(limit.rlim_cur) : nil
    let locked = Self.contents(of: "/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmLck:") }
    lockedBytes = (locked?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt($0) } ?? 0) * 1024
    mapCount = UInt(Self.contents(of: "/proc/self/maps").utf8.count { $0 == UInt8(ascii: "\n") })
    maxMapCount =
      Self.contents(of: "/proc/sys/vm/max_map_count").split(separator: "\n").first.flatMap { UInt($0) } ?? .max
  }

  private static func contents(of path: String) -> String {
    (try? TextFile.read(path)) ?? ""
  }
}
