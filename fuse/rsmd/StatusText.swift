import Glibc
import RSMBackend
import RSMControl
import RSMKernel

/// Writes the files `status` and `metrics.prom`.
struct StatusText {
  let keeper: Int32
  let backend: Backend
  private let started = ContinuousClock.now
  private let features = KernelFeatures()

  init(keeper: Int32, backend: Backend) {
    self.keeper = keeper
    self.backend = backend
  }

  func text() -> String {
    var fields = TextFields()
    for key in StatusKey.allCases {
      fields.append(key.rawValue, value(of: key))
    }
    return fields.text
  }

  func metrics() -> String {
    MetricKey.text(value)
  }

  private func value(of key: StatusKey) -> String {
    switch key {
    case .version: Release.version
    case .abi: String(Release.controlABI)
    case .mode: Mount.mode.rawValue
    case .agent: String(getpid())
    case .keeper: String(keeper)
    case .uptime: String(started.duration(to: .now).components.seconds)
    case .handles: String(backend.handles.count)
    case .maxHandles: String(Backend.maxHandles)
    case .claimed: String(backend.claimedBytes)
    case .processes: String(backend.processCount)
    case .openFiles: String(backend.openFileCount)
    case .requests: String(backend.requestCount)
    case .refused: String(backend.refusalCount)
    case .inspection: backend.inspections.method
    case .inspectors: String(backend.inspections.workerCount)
    case .inspectorsReplaced: String(backend.inspections.replacedCount)
    case .features: Self.list(features.present)
    case .missing: Self.list(features.missing)
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "-" : names.joined(separator: " ")
  }
}
