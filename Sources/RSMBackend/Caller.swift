/// Who sent a request, as the FUSE header says: a thread of the agent's PID namespace, and its current ids.
package struct Caller: Sendable {
  /// 0 if the thread is not in the agent's PID namespace.
  package let thread: Int32
  package let uid: UInt32
  package let gid: UInt32

  package init(thread: Int32, uid: UInt32, gid: UInt32) {
    self.thread = thread
    self.uid = uid
    self.gid = gid
  }
}
