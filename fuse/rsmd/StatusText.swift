import Glibc
import RSMBackend
import RSMControl
import RSMKernel

/// Writes the files `status` and `metrics.prom`.
final class StatusText: KeyedFile {
  let keeper: Int32
  let backend: Backend
  /// Whether the kernel offers passthrough to this mount, which takes CAP_SYS_ADMIN.
  var offersPassthrough = false
  private let started = ContinuousClock.now
  private let features = KernelFeatures()

  init(keeper: Int32, backend: Backend) {
    self.keeper = keeper
    self.backend = backend
  }

  func metrics() -> String {
    MetricKey.text(value)
  }

  func value(of key: StatusKey) -> String {
    switch key {
    case .version: Release.version
    case .abi: String(Release.controlABI)
    case .mode: Mount.mode.rawValue
    case .agent: String(getpid())
    case .keeper: String(keeper)
    case .uptime: String(started.duration(to: .now).components.seconds)
    case .handles: String(backend.handles.count)
    case .maxHandles: backend.configuration.text(of: .maxHandles)
    case .claimed: String(backend.quotas.bytes)
    case .stale: String(backend.handles.staleCount)
    case .unpinned: String(backend.handles.unpinnedCount)
    case .processes: String(backend.processCount)
    case .openFiles: String(backend.openFileCount)
    case .requests: String(backend.requestCount)
    case .refused: String(backend.refusalCount)
    case .inspection: backend.inspections.method
    case .inspectors: String(backend.inspections.workerCount)
    case .inspectorsReplaced: String(backend.inspections.replacedCount)
    case .features: Self.list(present)
    case .missing: Self.list(KernelFeature.allCases.filter { !present.contains($0) })
    case .maxHandlesPerUser: backend.configuration.text(of: .maxHandlesPerUser)
    case .maxHandlesPerProcess: backend.configuration.text(of: .maxHandlesPerProcess)
    case .maxBytesPerUser: backend.configuration.text(of: .maxBytesPerUser)
    case .maxBytesPerProcess: backend.configuration.text(of: .maxBytesPerProcess)
    case .maxProcesses: String(backend.processLimit)
    case .maxProcessesPerUser: backend.configuration.text(of: .maxProcessesPerUser)
    case .maxFilesPerUser: backend.configuration.text(of: .maxFilesPerUser)
    case .heldReads: String(backend.quotas.heldReads)
    case .maxHeldReadsPerUser: backend.configuration.text(of: .maxHeldReadsPerUser)
    case .segments: String(backend.segments.count)
    case .maxSegments: String(backend.segments.limit)
    case .maxSegmentsPerUser: backend.configuration.text(of: .maxSegmentsPerUser)
    case .segmentBytes: String(backend.quotas.segmentBytes)
    case .maxSegmentBytesPerUser: backend.configuration.text(of: .maxSegmentBytesPerUser)
    case .published: String(backend.segments.publishedCount)
    case .connections: String(backend.segments.connectionCount)
    case .maxConnectionsPerUser: backend.configuration.text(of: .maxConnectionsPerUser)
    case .raiseMemlock: backend.configuration.text(of: .raiseMemlock)
    }
  }

  private var present: [KernelFeature] {
    let hasPassthrough = offersPassthrough && Mount.mode == .system && !KernelFeature.passthrough.isOff
    return features.present + (hasPassthrough ? [.passthrough] : [])
  }

  private static func list(_ features: [KernelFeature]) -> String {
    features.isEmpty ? "-" : features.map(\.rawValue).joined(separator: " ")
  }
}
