import RSMKernel

/// The live processes that said HELLO, found by pid, listed in the order of their pids.
package struct ProcessTable {
  /// What is known of one without asking the kernel.
  package struct Record {
    package let uid: UInt32
    /// Microseconds since 1970.
    package let since: UInt64
  }

  private var owners: [Int32: Owner] = [:]
  private var order = AscendingList<Int32>()

  package subscript(pid: Int32) -> Record? {
    owners[pid].map { Record(uid: $0.account.user.uid, since: $0.since) }
  }

  /// The lowest pid above `pid`.
  package func next(after pid: Int32) -> Int32? { order.next(after: pid) }

  func owner(_ pid: Int32) -> Owner? { owners[pid] }

  /// Enters a process. One whose end is not known yet gives its pid up to its successor.
  mutating func insert(_ owner: Owner) {
    let pid = owner.process.pid
    owners[pid] = owner
    order.insert(pid)
  }

  mutating func remove(_ owner: Owner) {
    let pid = owner.process.pid
    guard owners[pid] === owner else { return }
    owners[pid] = nil
    order.remove(pid)
  }
}
