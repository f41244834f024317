/// The contents of `processes/<pid>/status`. Keys are never renamed and never removed.
package struct ProcessFile: KeyedFile, Sendable {
  package enum Key: String, CaseIterable, Sendable {
    /// The process id, in the PID namespace of rsmd.
    case pid = "Pid"
    /// The user that said HELLO.
    case uid = "Uid"
    /// When the process first said HELLO, in seconds since 1970.
    case since = "Since"
    /// Open files of `ctl` on which the process said HELLO.
    case openFiles = "OpenFiles"
    /// Live local memory handles.
    case handles = "Handles"
    /// Bytes its handles cover, whole pages, overlaps counted each time.
    case claimed = "Claimed"
    /// Segments it has published.
    case exports = "Exports"
    /// Its live connections to segments.
    case imports = "Imports"
    /// ready, or slow (not inspected for n s) after the kernel's answers about it took too long.
    case state = "State"
  }

  private let pid: Int32
  private let uid: UInt32
  private let since: Timestamp
  private let openFiles: Int
  private let handles: Int
  private let claimed: UInt128
  private let exports: Int
  private let imports: Int
  private let quietSeconds: Int

  /// - Parameter quietSeconds: how long nobody will be asked about its memory.
  package init(
    pid: Int32, uid: UInt32, since: Timestamp, openFiles: Int, handles: Int, claimed: UInt128, exports: Int,
    imports: Int, quietSeconds: Int
  ) {
    self.pid = pid
    self.uid = uid
    self.since = since
    self.openFiles = openFiles
    self.handles = handles
    self.claimed = claimed
    self.exports = exports
    self.imports = imports
    self.quietSeconds = quietSeconds
  }

  package func value(of key: Key) -> String {
    switch key {
    case .pid: String(pid)
    case .uid: String(uid)
    case .since: since.description
    case .openFiles: String(openFiles)
    case .handles: String(handles)
    case .claimed: String(claimed)
    case .exports: String(exports)
    case .imports: String(imports)
    case .state: quietSeconds > 0 ? "slow (not inspected for \(quietSeconds) s)" : "ready"
    }
  }
}
