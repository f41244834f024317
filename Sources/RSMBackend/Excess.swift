import CRSM
import RSMControl

/// A limit that stands in the way of a request.
package struct Excess: Error, Equatable {
  package let key: Configuration.Key
  /// How much is taken of the limit.
  package let held: UInt128
  package let limit: UInt128

  init(_ key: Configuration.Key, held: some UnsignedInteger, limit: some UnsignedInteger) {
    self.key = key
    self.held = UInt128(held)
    self.limit = UInt128(limit)
  }

  /// The answer to a request that is beyond the limit.
  var refusal: Refusal {
    switch key {
    case .maxHandlesPerUser: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .userHandles)
    case .maxHandlesPerProcess: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .processHandles)
    case .maxBytesPerUser: Refusal(code: RSMERR_INSUFFICIENT_MEM, reason: .userBytes)
    case .maxBytesPerProcess: Refusal(code: RSMERR_INSUFFICIENT_MEM, reason: .processBytes)
    case .maxProcessesPerUser: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .userProcesses)
    case .maxSegmentsPerUser: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .userSegments)
    case .maxSegmentBytesPerUser: Refusal(code: RSMERR_INSUFFICIENT_MEM, reason: .userSegmentBytes)
    case .maxConnectionsPerUser: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .userConnections)
    default: Refusal(code: RSMERR_INSUFFICIENT_RESOURCES, reason: .tableFull)
    }
  }

  /// Which limit, how much of it is taken, and what to do, for an administrator.
  var explanation: String {
    "\(holder) of at most \(limit)\(unit); raise \(key.rawValue) in rsmd.conf\(addition)"
  }

  private var holder: String {
    switch key {
    case .maxHandles: "all users together have \(held)"
    case .maxHandlesPerProcess, .maxBytesPerProcess: "the process has \(held)"
    default: "the user has \(held)"
    }
  }

  private var unit: String {
    switch key {
    case .maxBytesPerUser, .maxBytesPerProcess: " bytes in handles"
    case .maxProcessesPerUser: " processes"
    case .maxFilesPerUser: " open files"
    case .maxHeldReadsPerUser: " waiting reads"
    case .maxSegmentsPerUser: " export segments"
    case .maxSegmentBytesPerUser: " bytes in export segments"
    case .maxConnectionsPerUser: " connections"
    default: " handles"
    }
  }

  private var addition: String {
    key == .maxProcessesPerUser
      ? ", and the limit on open files of rsmd (LimitNOFILE, ulimit -n) if it is the lower one" : ""
  }
}
