import RSMControl
import RSMKernel

/// What a controller can do, as `rsmapi_controller_attr_t`. Sizes are in bytes and multiples of the page size.
public struct ControllerAttributes: Equatable, Sendable {
  /// A set of access widths in bytes, `RSM_DAS8` to `RSM_DAS64`.
  public let directAccessSizes: UInt32
  /// The widths for which one aligned access is indivisible.
  public let atomicSizes: UInt32
  /// The unit of alignment.
  public let pageSize: Int
  /// The memory of this machine: no segment can be larger, since segments are pinned.
  public let maxExportSegmentSize: Int
  /// The memory of this machine: no more can be exported in all.
  public let totalExportSegmentSize: Int
  public let maxExportSegments: Int
  /// No mapping can be larger than a segment.
  public let maxImportMapSize: Int
  /// The half of the address space that belongs to the process.
  public let totalImportMapSize: Int
  public let maxImportSegments: Int

  package init() {
    let loopback = ControllerFile(pageSize: Int(RSMKernel.pageSize), physicalPages: physicalPages)
    directAccessSizes = loopback.accessSizes
    atomicSizes = loopback.accessSizes
    pageSize = loopback.pageSize
    maxExportSegmentSize = loopback.memory
    totalExportSegmentSize = loopback.memory
    maxExportSegments = loopback.maxSegments
    maxImportMapSize = loopback.memory
    totalImportMapSize = loopback.addressSpace
    maxImportSegments = loopback.maxSegments
  }
}
