import CLinux
import Glibc

/// The kernel's newer interfaces that rsm uses where they are there, by the names that `status` gives them.
package enum KernelFeature: String, CaseIterable, Sendable {
  case pidfd = "pidfd"
  case pidfdThread = "pidfd-thread"
  case pidfdGetInfo = "pidfd-get-info"
  case procmapQuery = "procmap-query"
  case pagemapScan = "pagemap-scan"
  case madviseColdRemote = "madvise-cold-remote"
  case userfaultfd = "userfaultfd"
  case userfaultfdUserMode = "userfaultfd-user-mode"
  case passthrough = "passthrough"

  /// Names those that the programs are to do without, separated by commas.
  package static let variable = "RSM_WITHOUT"

  /// Not the name of a feature.
  package struct UnknownName: Error, Equatable {
    package let name: String

    package var message: String {
      let names = KernelFeature.allCases.map(\.rawValue).joined(separator: ", ")
      return "\"\(name)\" is no kernel feature; those are \(names)"
    }
  }

  /// Without these nothing works: who calls, and what is mapped and present.
  package var isRequired: Bool {
    switch self {
    case .pidfd, .pidfdThread, .procmapQuery, .pagemapScan: true
    case .pidfdGetInfo, .madviseColdRemote, .userfaultfd, .userfaultfdUserMode, .passthrough: false
    }
  }

  package static func parse(_ list: String) throws(UnknownName) -> Set<KernelFeature> {
    var features: Set<KernelFeature> = []
    for name in list.split(separator: ",") {
      guard let feature = KernelFeature(rawValue: String(name)) else { throw UnknownName(name: String(name)) }
      features.insert(feature)
    }
    return features
  }

  private static let switchedOff: Set<KernelFeature> = {
    guard let list = unsafe clinux_secure_getenv(variable) else { return [] }
    return Set(unsafe String(cString: list).split(separator: ",").compactMap { KernelFeature(rawValue: String($0)) })
  }()

  /// Whether this process is to behave as if the kernel did not have it.
  package var isOff: Bool { Self.switchedOff.contains(self) }
}
