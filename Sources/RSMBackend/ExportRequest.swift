/// What an exporter says of a new export segment.
package struct ExportRequest {
  let exporter: UInt64
  let pid: Int32
  let uid: UInt32
  let gid: UInt32
  let address: UInt64
  /// Bytes, whole pages.
  let length: UInt64
  let umask: UInt32

  package init(
    exporter: UInt64, pid: Int32, uid: UInt32, gid: UInt32, address: UInt64, length: UInt64, umask: UInt32
  ) {
    self.exporter = exporter
    self.pid = pid
    self.uid = uid
    self.gid = gid
    self.address = address
    self.length = length
    self.umask = umask
  }
}
