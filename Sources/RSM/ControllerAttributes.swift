import CRSM
import Glibc
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
    let widths = RSM_DAS8.rawValue | RSM_DAS16.rawValue | RSM_DAS32.rawValue | RSM_DAS64.rawValue
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * Int(RSMKernel.pageSize)
    directAccessSizes = widths
    atomicSizes = widths
    pageSize = Int(RSMKernel.pageSize)
    maxExportSegmentSize = memory
    totalExportSegmentSize = memory
    maxExportSegments = 65_536
    maxImportMapSize = memory
    totalImportMapSize = 1 << 47 - Int(RSMKernel.pageSize)
    maxImportSegments = 65_536
  }
}
