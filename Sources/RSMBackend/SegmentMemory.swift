package import RSMKernel
import SystemPackage

/// The bytes of an export segment: a file in memory that its exporter maps, and importers after it.
package final class SegmentMemory {
  package let file: MemFD
  /// Whether somebody but the exporter may have it mapped.
  package var isGranted = false

  init(length: Int) throws(Errno) {
    file = try MemFD("rsm-segment", size: length)
    try file.seal()
  }
}
