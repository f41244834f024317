package import RSMKernel
package import SystemPackage

/// The other end: asks the kernel about other processes. It may hang in any question and may be killed at any time.
package struct Inspector: ~Copyable {
  private let socket: MessageSocket
  private var smaps: Smaps?

  package init(socket: consuming MessageSocket) {
    self.socket = socket
  }

  /// Answers until the agent closes its end.
  package mutating func run() throws(Errno) {
    while let message = try socket.receive() {
      guard let job = InspectionJob(words: message.words) else { continue }
      try socket.send(answer(job).words)
    }
  }

  private mutating func answer(_ job: InspectionJob) -> InspectionReport {
    do throws(Errno) {
      return try inspect(job)
    } catch {
      return InspectionReport(job: job.id, error: error.rawValue, method: .probe, time: Clock.microseconds, pages: [])
    }
  }

  private mutating func inspect(_ job: InspectionJob) throws(Errno) -> InspectionReport {
    let process = try PIDFD(process: job.pid)
    guard process.inode == job.inode else { throw .noSuchProcess }
    let place = try Self.place(of: job.pid)
    let maps = try ProcessMaps(process: place)
    let pageMap = try PageMap(process: place)
    guard process.isAlive else { throw .noSuchProcess }
    do throws(Errno) {
      let pages = try job.ranges.map { (range) throws(Errno) in
        try count(range, maps, pageMap) { part throws(Errno) in try process.isLocked(part) }
      }
      return InspectionReport(job: job.id, error: 0, method: .probe, time: Clock.microseconds, pages: pages)
    } catch  where error == .notPermitted || error == .noSuchProcess {
      // No CAP_SYS_NICE, or a process whose first thread has ended: process_madvise looks for memory there only.
      let smaps = try currentSmaps(job, at: place)
      let pages = try job.ranges.map { (range) throws(Errno) in
        try count(range, maps, pageMap) { part in smaps.isLocked(part) }
      }
      return InspectionReport(job: job.id, error: 0, method: .smaps, time: smaps.time, pages: pages)
    }
  }

  /// Where /proc shows the memory of a process: at the process, or at a thread that lives if the first one has ended.
  private static func place(of pid: Int32) throws(Errno) -> String {
    do throws(Errno) {
      _ = try ProcessMaps(process: String(pid)).area(atOrAfter: 0)
      return String(pid)
    } catch .noSuchProcess {
      var threads: [String] = []
      if let failure = Directory.forEachName(in: "/proc/\(pid)/task", { threads.append($0) }) { throw failure }
      let living = threads.filter { Int32($0) != nil && $0 != String(pid) }.map { "\(pid)/task/\($0)" }.first {
        thread in
        (try? ProcessMaps(process: thread).area(atOrAfter: 0)) != nil
      }
      guard let living else { throw .noSuchProcess }
      return living
    }
  }

  private func count(
    _ range: PageRange, _ maps: borrowing ProcessMaps, _ pageMap: borrowing PageMap,
    isLocked: (PageRange) throws(Errno) -> Bool
  ) throws(Errno) -> InspectionReport.Pages {
    var pages = InspectionReport.Pages()
    try maps.forEachArea(in: range) { part, _ throws(Errno) in
      let total = UInt64(part.pageCount)
      let resident = try pageMap.isPresent(part) ? total : UInt64(pageMap.presentPages(in: part))
      let isTagged = try pageMap.isTagged(at: part.start)
      pages.resident += resident
      if isTagged { pages.tagged += total }
      if try isLocked(part), try !maps.isKernelMemory(at: part.start) {
        pages.locked += total
        pages.good += resident
        if isTagged, resident < total { pages.discarded += UInt64(try pageMap.emptyPages(in: part)) }
      }
    }
    return pages
  }

  /// smaps costs time that grows with the target's mappings: one reading serves for 1 s or ten times its cost.
  private mutating func currentSmaps(_ job: InspectionJob, at place: String) throws(Errno) -> Smaps {
    if let smaps, smaps.inode == job.inode, smaps.time > job.notBefore, smaps.isFresh { return smaps }
    let new = try Smaps(process: place, inode: job.inode)
    smaps = new
    return new
  }
}
