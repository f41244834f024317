/// The names in the control filesystem.
package enum ControlTree {
  package static let control = "ctl"
  /// The socket that descriptors come from.
  package static let grant = "grant"
  package static let status = "status"
  package static let metrics = "metrics.prom"
  package static let handles = "handles"
  package static let processes = "processes"
  package static let segments = "segments"
  /// The files of a segment.
  package static let info = "info"
  package static let importers = "importers"
  package static let memory = "memory"
  /// The links of a process to the segments it has published, and to those it is connected to.
  package static let exports = "exports"
  package static let imports = "imports"
  package static let controllers = "controllers"
  /// The only controller.
  package static let loopback = "loopback"

  /// The most a request can hold, in bytes.
  package static let requestLimit = 4096
  /// The most a handle file can hold, in bytes; its `st_size`.
  package static let handleFileLimit = 1024
  /// The most the status file of a process can hold, in bytes; its `st_size`.
  package static let processFileLimit = 512
  /// The most the file `info` of a segment can hold, in bytes; its `st_size`.
  package static let segmentFileLimit = 512
  /// The most a line of the file `importers` of a segment can hold, in bytes.
  package static let importerLineLimit = 32
  /// The most a controller file can hold, in bytes; its `st_size`.
  package static let controllerFileLimit = 1024
  /// The most the files `status` and `metrics.prom` can hold, in bytes; their `st_size`.
  package static let statusFileLimit = 4096
}
