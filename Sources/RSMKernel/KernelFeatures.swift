import CLinux
import Glibc
import SystemPackage

/// Which of the kernel's newer interfaces answer, tried once on the calling process.
package struct KernelFeatures: Sendable {
  package let present: [String]
  package let missing: [String]

  /// Without these nothing works: who calls, and what is mapped and present.
  private static let required: Set = ["pidfd", "pidfd-thread", "procmap-query", "pagemap-scan"]

  /// The missing features without which nothing works.
  package var missingRequired: [String] { missing.filter { Self.required.contains($0) } }

  package init() {
    let probes: [(name: String, answers: () throws -> Void)] = [
      ("pidfd", { _ = try PIDFD(process: getpid()) }),
      ("pidfd-thread", { _ = try PIDFD.process(ofThread: getpid()) }),
      ("procmap-query", { _ = try ProcessMaps(process: "self").area(at: pageSize) }),
      ("pagemap-scan", { _ = try PageMap(process: "self").isPresent(PageRange(start: pageSize, end: 2 * pageSize)) }),
      ("madvise-cold-remote", Self.probeRemoteAdvice),
    ]
    let answers = probes.map { probe in (name: probe.name, isPresent: (try? probe.answers()) != nil) }
    present = answers.filter(\.isPresent).map(\.name)
    missing = answers.filter { !$0.isPresent }.map(\.name)
  }

  /// process_madvise(2) on another process, which needs CAP_SYS_NICE: tried on the parent, at an address where nothing is mapped.
  private static func probeRemoteAdvice() throws {
    do {
      _ = try PIDFD(process: getppid()).isLocked(PageRange(start: pageSize, end: 2 * pageSize))
    } catch Errno.noMemory {
      return
    }
  }
}
