/// The metrics of the file `metrics.prom`: numbers of the file `status` for Prometheus. Never renamed and never removed.
package enum MetricKey: String, CaseIterable, Sendable {
  case uptime = "rsm_uptime_seconds"
  case handles = "rsm_handles"
  case maxHandles = "rsm_max_handles"
  case claimed = "rsm_claimed_bytes"
  case stale = "rsm_stale_handles"
  case unpinned = "rsm_unpinned_handles"
  case processes = "rsm_processes"
  case openFiles = "rsm_open_files"
  case segments = "rsm_segments"
  case maxSegments = "rsm_max_segments"
  case segmentBytes = "rsm_segment_bytes"
  case published = "rsm_published_segments"
  case connections = "rsm_connections"
  case requests = "rsm_requests_total"
  case refused = "rsm_refused_total"
  case inspectors = "rsm_inspectors"
  case inspectorsReplaced = "rsm_inspectors_replaced_total"

  /// The field of `status` with the same number.
  package var source: StatusKey {
    switch self {
    case .uptime: .uptime
    case .handles: .handles
    case .maxHandles: .maxHandles
    case .claimed: .claimed
    case .stale: .stale
    case .unpinned: .unpinned
    case .processes: .processes
    case .openFiles: .openFiles
    case .segments: .segments
    case .maxSegments: .maxSegments
    case .segmentBytes: .segmentBytes
    case .published: .published
    case .connections: .connections
    case .requests: .requests
    case .refused: .refused
    case .inspectors: .inspectors
    case .inspectorsReplaced: .inspectorsReplaced
    }
  }

  private var help: String {
    switch self {
    case .uptime: "Seconds since the agent started."
    case .handles: "Live local memory handles."
    case .maxHandles: "Live handles that are admitted."
    case .claimed: "Bytes the live handles cover in whole pages, overlaps counted each time."
    case .stale: "Live handles whose memory is other memory than was registered."
    case .unpinned: "Live handles some of whose pages were not locked or not resident."
    case .processes: "Live processes that use rsm."
    case .openFiles: "Open files of ctl."
    case .segments: "Live export segments."
    case .maxSegments: "Export segments that are admitted."
    case .segmentBytes: "Bytes of the live export segments."
    case .published: "Export segments that are published."
    case .connections: "Connections to segments."
    case .requests: "Requests answered."
    case .refused: "Requests refused."
    case .inspectors: "Processes that check handles."
    case .inspectorsReplaced: "Inspectors that did not answer in time and were replaced."
    }
  }

  private var type: String {
    rawValue.hasSuffix("_total") ? "counter" : "gauge"
  }

  /// All metrics in the text format 0.0.4 of Prometheus.
  ///
  /// - Parameter value: the value of a field of `status`.
  package static func text(_ value: (StatusKey) -> String) -> String {
    allCases.reduce(into: "") { text, key in
      text += "# HELP \(key.rawValue) \(key.help)\n# TYPE \(key.rawValue) \(key.type)\n"
      text += "\(key.rawValue) \(value(key.source))\n"
    }
  }
}
