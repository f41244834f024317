import Glibc

/// The time of day.
package enum Clock {
  /// Microseconds since 1970.
  package static var microseconds: UInt64 {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
  }
}
