/// The names in the control filesystem.
package enum ControlTree {
  package static let control = "ctl"
  package static let status = "status"
  package static let handles = "handles"

  /// The most a request can hold, in bytes.
  package static let requestLimit = 4096
  /// The most a handle file can hold, in bytes; its `st_size`.
  package static let handleFileLimit = 1024
  /// The most the status file can hold, in bytes; its `st_size`.
  package static let statusFileLimit = 4096
}
