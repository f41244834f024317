import RSMControl
import RSMKernel
import SystemPackage

/// What the symptoms mean, item by item.
extension Symptoms {
  /// Fewer than these cost something in ordinary use.
  private static let enoughLocked: UInt = 64 << 20
  private static let enoughMappings = 65530
  private static let enoughDescriptors = 4096

  package var findings: [Finding] {
    [fuseFinding, fusermountFinding, mountFinding] + KernelFeature.allCases.map(finding(of:))
      + [lockFinding, mappingFinding, descriptorFinding]
  }

  private var fuseFinding: Finding {
    let name = "/dev/fuse"
    return switch fuseObstacle {
    case nil: .ok(name, "can be opened")
    case .noSuchFileOrDirectory?:
      .bad(
        .fail, name, "is missing", costs: "rsmd cannot mount",
        mend: "modprobe fuse (at every start: /etc/modules-load.d/fuse.conf)")
    case let obstacle?:
      .bad(
        .fail, name, "cannot be opened: \(obstacle)", costs: "rsmd cannot mount",
        mend: "chmod 0666 /dev/fuse (for good: KERNEL==\"fuse\", MODE=\"0666\" in /etc/udev/rules.d/99-fuse.rules)")
    }
  }

  private var fusermountFinding: Finding {
    let name = "fusermount3"
    let cost = "rsmd cannot mount for users other than root"
    return switch fusermount {
    case .usable(let path): .ok(name, path)
    case .missing: .bad(isRoot ? .warn : .fail, name, "is missing", costs: cost, mend: "apt-get install fuse3")
    case .powerless(let path):
      .bad(
        isRoot ? .warn : .fail, name, "\(path) does not run as root", costs: cost,
        mend: "chown root \(path) && chmod u+s \(path)")
    }
  }

  private var mountFinding: Finding {
    let name = "mount"
    let cost = "programs get RSMERR_CTLR_NOT_PRESENT"
    return switch mount {
    case .answers(let path, let process, _): .ok(name, "rsmd (process \(process)) serves \(path)")
    case .none(let path): .bad(.warn, name, "nothing is mounted on \(path)", costs: cost, mend: "rsmctl mount")
    case .dead(let path):
      .bad(
        .fail, name, "what is mounted on \(path) is dead: its rsmd was killed", costs: cost,
        mend: "rsmctl mount \(path)")
    case .foreign(let path):
      .bad(
        .warn, name, "what is mounted on \(path) was made by another program or in another PID namespace",
        costs: "rsmctl cannot tell whether it answers", mend: "rsmctl status, or umount \(path) && rsmctl mount \(path)"
      )
    case .silent(let path, let process):
      .bad(
        .fail, name, "rsmd (process \(process)) on \(path) does not answer you", costs: cost,
        mend: "rsmctl unmount \(path) && rsmctl mount \(path)")
    }
  }

  private func finding(of feature: KernelFeature) -> Finding {
    let name = feature.rawValue
    let level: Finding.Level = feature.isRequired ? .fail : .warn
    if switchedOff.contains(feature) {
      return .bad(level, name, "is switched off", costs: feature.cost, mend: "unset \(KernelFeature.variable)")
    }
    guard feature == .passthrough else {
      if present.contains(feature) { return .ok(name, "works") }
      let isPolicy = feature == .userfaultfd && userfaultfdPolicy == "0"
      return .bad(
        level, name, isPolicy ? "is not permitted (vm.unprivileged_userfaultfd is 0)" : "does not work",
        costs: feature.cost, mend: feature.remedy)
    }
    guard case .answers(_, _, let features) = mount else {
      return .bad(
        level, name, "is not known before rsmd runs", costs: feature.cost, mend: "rsmctl mount, then ask again")
    }
    return features.contains(name)
      ? .ok(name, "works") : .bad(level, name, "does not work", costs: feature.cost, mend: feature.remedy)
  }

  private var lockFinding: Finding {
    let name = "RLIMIT_MEMLOCK"
    guard let lockLimit else { return .ok(name, "unlimited") }
    let state = "\(lockLimit) bytes"
    if ignoresLockLimit { return .ok(name, "\(state), which does not bind you (CAP_IPC_LOCK)") }
    guard lockLimit < Self.enoughLocked else { return .ok(name, state) }
    return .bad(
      lockLimit < pageSize ? .fail : .warn, name, state, costs: "a program can pin no more than that",
      mend:
        "\"* - memlock unlimited\" in /etc/security/limits.conf and a new login (of a service: LimitMEMLOCK=infinity)")
  }

  private var mappingFinding: Finding {
    let name = "max_map_count"
    guard maxMapCount < Self.enoughMappings else { return .ok(name, "\(maxMapCount) mappings") }
    return .bad(
      .warn, name, "\(maxMapCount) mappings",
      costs: "a program can pin fewer separate ranges: each may split a mapping",
      mend: "sysctl -w vm.max_map_count=262144 (for good: in /etc/sysctl.d/90-rsm.conf)")
  }

  private var descriptorFinding: Finding {
    let name = "descriptors"
    guard descriptorLimit < Self.enoughDescriptors else { return .ok(name, "\(descriptorLimit) may be open") }
    return .bad(
      .warn, name, "\(descriptorLimit) may be open", costs: "rsmd serves fewer programs at a time: each takes one",
      mend: "\"* - nofile 65536\" in /etc/security/limits.conf and a new login (of a service: LimitNOFILE=65536)")
  }
}

extension KernelFeature {
  fileprivate var cost: String {
    switch self {
    case .pidfd, .pidfdThread: "rsmd does not start: it cannot tell who calls"
    case .procmapQuery, .pagemapScan: "rsmd does not start: it cannot tell what is pinned"
    case .pidfdGetInfo: "rsmd reads a file of /proc for each program that begins to use rsm"
    case .madviseColdRemote: "pins are checked by smaps, which is slower and up to 1 s old"
    case .userfaultfdUserMode: "handles whose memory has become other memory are not called stale (Tag: none)"
    case .userfaultfd:
      "while memory moves into or out of a segment, system calls that store into it fail (EFAULT)"
    case .passthrough: "segments can be read and written as files, but only programs with librsm can map them"
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .pidfd: Self.newerKernel("5.3")
    case .pidfdThread: Self.newerKernel("6.9")
    case .pidfdGetInfo: Self.newerKernel("6.13")
    case .procmapQuery: Self.newerKernel("6.11")
    case .pagemapScan: Self.newerKernel("6.7")
    case .madviseColdRemote: "sudo rsmctl mount (in a container: --cap-add SYS_NICE)"
    case .userfaultfd:
      "sysctl -w vm.unprivileged_userfaultfd=1 (for good: in /etc/sysctl.d/90-rsm.conf), or chmod 0666 /dev/userfaultfd"
    case .userfaultfdUserMode:
      "a kernel with CONFIG_USERFAULTFD=y (in a container: a seccomp profile that permits userfaultfd)"
    case .passthrough: "sudo rsmctl mount, on a kernel from 6.9 on with CONFIG_FUSE_PASSTHROUGH=y"
    }
  }

  private static func newerKernel(_ release: String) -> String {
    "Linux \(release) or later (Debian 12: apt-get install -t bookworm-backports linux-image-amd64)"
  }
}
