import CLinux
import Glibc
import SystemPackage

/// Which of the kernel's newer interfaces answer, tried once on the calling process.
///
/// Not tried is passthrough, which the kernel offers with a mount only.
package struct KernelFeatures: Sendable {
  package let present: [KernelFeature]
  package let missing: [KernelFeature]

  /// The missing features without which nothing works.
  package var missingRequired: [KernelFeature] { missing.filter(\.isRequired) }

  package init() {
    let tried = KernelFeature.allCases.filter { $0 != .passthrough }
    let answers = tried.map { feature in (feature: feature, isPresent: !feature.isOff && Self.answers(feature)) }
    present = answers.filter(\.isPresent).map(\.feature)
    missing = answers.filter { !$0.isPresent }.map(\.feature)
  }

  private static func answers(_ feature: KernelFeature) -> Bool {
    do {
      switch feature {
      case .pidfd: _ = try PIDFD(process: getpid())
      case .pidfdThread: _ = try PIDFD.process(ofThread: getpid())
      case .pidfdGetInfo: try PIDFD.probeInformation()
      case .procmapQuery: _ = try ProcessMaps(process: "self").area(at: pageSize)
      case .pagemapScan:
        _ = try PageMap(process: "self").isPresent(PageRange(start: pageSize, end: 2 * pageSize))
      case .madviseColdRemote: try probeRemoteAdvice()
      case .userfaultfd: _ = Descriptor(owning: try checked { clinux_userfaultfd(0) })
      case .userfaultfdUserMode: _ = Descriptor(owning: try checked { clinux_userfaultfd(1) })
      case .passthrough: return false
      }
      return true
    } catch {
      return false
    }
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
