/// A process that connects.
package struct Importer {
  /// Its pidfs inode.
  let process: UInt64
  let pid: Int32
  let uid: UInt32

  package init(process: UInt64, pid: Int32, uid: UInt32) {
    self.process = process
    self.pid = pid
    self.uid = uid
  }
}
