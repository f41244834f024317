extension Configuration {
  /// The keys of `rsmd.conf`. Never renamed.
  package enum Key: String, CaseIterable, Sendable {
    /// Live handles in all.
    case maxHandles = "max-handles"
    case maxHandlesPerUser = "max-handles-per-user"
    case maxHandlesPerProcess = "max-handles-per-process"
    /// Bytes that live handles cover, whole pages, overlaps counted each time.
    case maxBytesPerUser = "max-bytes-per-user"
    case maxBytesPerProcess = "max-bytes-per-process"
    /// Processes that have said HELLO and live.
    case maxProcessesPerUser = "max-processes-per-user"
    /// Open files of the mount.
    case maxFilesPerUser = "max-files-per-user"
    /// Reads of handle files that wait for an inspector.
    case maxHeldReadsPerUser = "max-held-reads-per-user"
    /// Export segments, published or not.
    case maxSegmentsPerUser = "max-segments-per-user"
    /// Bytes of the export segments.
    case maxSegmentBytesPerUser = "max-segment-bytes-per-user"
    /// Connections to segments.
    case maxConnectionsPerUser = "max-connections-per-user"
    /// Up to where a client's `RLIMIT_MEMLOCK` is raised.
    case raiseMemlock = "raise-memlock"
    /// Processes that ask the kernel about other processes' memory.
    case inspectors

    package static let unlimited = UInt64.max
    /// The value of `raise-memlock` that leaves clients alone.
    package static let off: UInt64 = 0

    var index: Int {
      switch self {
      case .maxHandles: 0
      case .maxHandlesPerUser: 1
      case .maxHandlesPerProcess: 2
      case .maxBytesPerUser: 3
      case .maxBytesPerProcess: 4
      case .maxProcessesPerUser: 5
      case .maxFilesPerUser: 6
      case .maxHeldReadsPerUser: 7
      case .maxSegmentsPerUser: 8
      case .maxSegmentBytesPerUser: 9
      case .maxConnectionsPerUser: 10
      case .raiseMemlock: 11
      case .inspectors: 12
      }
    }

    /// The built-in value: generous for one user, who still cannot take all there is.
    var standard: UInt64 {
      switch self {
      case .maxHandles: 1_048_576
      case .maxHandlesPerUser, .maxHandlesPerProcess: 262_144
      case .maxBytesPerUser, .maxBytesPerProcess, .maxSegmentBytesPerUser: Self.unlimited
      case .maxProcessesPerUser: 4096
      case .maxFilesPerUser: 8192
      case .maxHeldReadsPerUser: 256
      case .maxSegmentsPerUser: 16_384
      case .maxConnectionsPerUser: 65_536
      case .raiseMemlock: Self.off
      case .inspectors: 3
      }
    }

    /// What a value looks like.
    package var form: ValueForm {
      switch self {
      case .maxHandles: .number(1...Self.mostHandles)
      case .maxHandlesPerUser, .maxHandlesPerProcess, .maxProcessesPerUser, .maxFilesPerUser, .maxHeldReadsPerUser,
        .maxSegmentsPerUser, .maxConnectionsPerUser:
        .number(1...Self.mostHandles, or: "unlimited", meaning: Self.unlimited)
      case .maxBytesPerUser, .maxBytesPerProcess, .maxSegmentBytesPerUser:
        .size(or: "unlimited", meaning: Self.unlimited)
      case .raiseMemlock: .size(or: "off", meaning: Self.off)
      case .inspectors: .number(0...64)
      }
    }

    private static let mostHandles: UInt64 = 1 << 24
  }
}
