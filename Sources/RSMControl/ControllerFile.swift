import CRSM

/// The contents of `controllers/<name>`: what a controller can do, as `rsmapi_controller_attr_t`. Keys are never renamed and
/// never removed.
package struct ControllerFile: KeyedFile, Equatable, Sendable {
  package enum Key: String, CaseIterable, Sendable {
    /// The access widths, in bytes.
    case directAccessSizes = "DirectAccessSizes"
    /// The widths for which one aligned access is indivisible, in bytes.
    case atomicSizes = "AtomicSizes"
    /// The unit of alignment, in bytes.
    case pageSize = "PageSize"
    /// The memory of the machine, in bytes: segments are pinned.
    case maxExportSegmentSize = "MaxExportSegmentSize"
    /// The memory of the machine, in bytes: no more can be exported in all.
    case totalExportSegmentSize = "TotalExportSegmentSize"
    /// Segments a process can export.
    case maxExportSegments = "MaxExportSegments"
    /// No mapping can be larger than a segment. In bytes.
    case maxImportMapSize = "MaxImportMapSize"
    /// The half of the address space that belongs to a process, in bytes.
    case totalImportMapSize = "TotalImportMapSize"
    /// Segments a process can import.
    case maxImportSegments = "MaxImportSegments"
  }

  /// A set of `RSM_DAS8` to `RSM_DAS64`, whose values are widths in bytes.
  package let accessSizes = RSM_DAS8.rawValue | RSM_DAS16.rawValue | RSM_DAS32.rawValue | RSM_DAS64.rawValue
  package let pageSize: Int
  package let memory: Int
  package let addressSpace: Int
  /// The generation page has one counter for each, and the epoch.
  package let maxSegments = 65_535

  package init(pageSize: Int, physicalPages: Int) {
    self.pageSize = pageSize
    memory = physicalPages * pageSize
    addressSpace = 1 << 47 - pageSize
  }

  package func value(of key: Key) -> String {
    switch key {
    case .directAccessSizes, .atomicSizes:
      (0..<32).map { UInt32(1) << $0 }.filter { accessSizes & $0 != 0 }.map(String.init).joined(separator: " ")
    case .pageSize: String(pageSize)
    case .maxExportSegmentSize, .totalExportSegmentSize, .maxImportMapSize: String(memory)
    case .totalImportMapSize: String(addressSpace)
    case .maxExportSegments, .maxImportSegments: String(maxSegments)
    }
  }
}
