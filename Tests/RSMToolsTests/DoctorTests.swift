import RSMKernel
import RSMTools
import SystemPackage
import Testing

@Suite struct DoctorTests {
  private let healthy = Symptoms(
    isRoot: true, fuseObstacle: nil, fusermount: .usable(path: "/usr/bin/fusermount3"),
    mount: .answers(path: "/dev/rsm", process: 7, features: ["pidfd", "passthrough"]),
    present: KernelFeature.allCases.filter { $0 != .passthrough }, switchedOff: [], userfaultfdPolicy: "0",
    lockLimit: nil, ignoresLockLimit: true, maxMapCount: 65530, descriptorLimit: 4096)

  @Test func aHealthyMachineGetsOneLineEach() {
    #expect(
      Finding.text(healthy.findings) == """
        ok    /dev/fuse              can be opened
        ok    fusermount3            /usr/bin/fusermount3
        ok    mount                  rsmd (process 7) serves /dev/rsm
        ok    pidfd                  works
        ok    pidfd-thread           works
        ok    pidfd-get-info         works
        ok    procmap-query          works
        ok    pagemap-scan           works
        ok    madvise-cold-remote    works
        ok    userfaultfd            works
        ok    userfaultfd-user-mode  works
        ok    passthrough            works
        ok    RLIMIT_MEMLOCK         unlimited
        ok    max_map_count          65530 mappings
        ok    descriptors            4096 may be open

        """)
  }

  @Test func aPoorMachineLearnsWhatMendsIt() {
    let poor = Symptoms(
      isRoot: false, fuseObstacle: .permissionDenied, fusermount: .missing, mount: .dead(path: "/run/user/1/rsm"),
      present: [.pidfd, .pidfdThread, .pagemapScan], switchedOff: [.pagemapScan], userfaultfdPolicy: "0",
      lockLimit: 8 << 20, ignoresLockLimit: false, maxMapCount: 100, descriptorLimit: 64)
    #expect(
      Finding.text(poor.findings) == """
        fail  /dev/fuse              cannot be opened: Permission denied
              rsmd cannot mount; to mend it: chmod 0666 /dev/fuse (for good: KERNEL=="fuse", MODE="0666" in /etc/udev/rules.d/99-fuse.rules)
        fail  fusermount3            is missing
              rsmd cannot mount for users other than root; to mend it: apt-get install fuse3
        fail  mount                  what is mounted on /run/user/1/rsm is dead: its rsmd was killed
              programs get RSMERR_CTLR_NOT_PRESENT; to mend it: rsmctl mount /run/user/1/rsm
        ok    pidfd                  works
        ok    pidfd-thread           works
        warn  pidfd-get-info         does not work
              rsmd reads a file of /proc for each program that begins to use rsm; to mend it: Linux 6.13 or later (Debian 12: apt-get install -t bookworm-backports linux-image-amd64)
        fail  procmap-query          does not work
              rsmd does not start: it cannot tell what is pinned; to mend it: Linux 6.11 or later (Debian 12: apt-get install -t bookworm-backports linux-image-amd64)
        fail  pagemap-scan           is switched off
              rsmd does not start: it cannot tell what is pinned; to mend it: unset RSM_WITHOUT
        warn  madvise-cold-remote    does not work
              pins are checked by smaps, which is slower and up to 1 s old; to mend it: sudo rsmctl mount (in a container: --cap-add SYS_NICE)
        warn  userfaultfd            is not permitted (vm.unprivileged_userfaultfd is 0)
              while memory moves into or out of a segment, system calls that store into it fail (EFAULT); to mend it: sysctl -w vm.unprivileged_userfaultfd=1 (for good: in /etc/sysctl.d/90-rsm.conf), or chmod 0666 /dev/userfaultfd
        warn  userfaultfd-user-mode  does not work
              handles whose memory has become other memory are not called stale (Tag: none); to mend it: a kernel with CONFIG_USERFAULTFD=y (in a container: a seccomp profile that permits userfaultfd)
        warn  passthrough            is not known before rsmd runs
              segments can be read and written as files, but only programs with librsm can map them; to mend it: rsmctl mount, then ask again
        warn  RLIMIT_MEMLOCK         8388608 bytes
              a program can pin no more than that; to mend it: "* - memlock unlimited" in /etc/security/limits.conf and a new login (of a service: LimitMEMLOCK=infinity)
        warn  max_map_count          100 mappings
              a program can pin fewer separate ranges: each may split a mapping; to mend it: sysctl -w vm.max_map_count=262144 (for good: in /etc/sysctl.d/90-rsm.conf)
        warn  descriptors            64 may be open
              rsmd serves fewer programs at a time: each takes one; to mend it: "* - nofile 65536" in /etc/security/limits.conf and a new login (of a service: LimitNOFILE=65536)

        """)
  }

  @Test func theMountIsToldInEveryState() {
    func finding(_ mount: Symptoms.Mount) -> Finding? {
      var symptoms = healthy
      symptoms.mount = mount
      return symptoms.findings.first { $0.name == "mount" }
    }
    #expect(finding(.none(path: "/m"))?.level == .warn)
    #expect(finding(.none(path: "/m"))?.remedy == "rsmctl mount")
    #expect(finding(.foreign(path: "/m"))?.level == .warn)
    #expect(finding(.silent(path: "/m", process: 9))?.level == .fail)
    #expect(finding(.silent(path: "/m", process: 9))?.remedy == "rsmctl unmount /m && rsmctl mount /m")
  }

  @Test func aMissingFuseModuleAndAPowerlessFusermountAreTold() {
    var symptoms = healthy
    symptoms.fuseObstacle = .noSuchFileOrDirectory
    symptoms.fusermount = .powerless(path: "/bin/fusermount3")
    #expect(symptoms.findings[0].remedy?.hasPrefix("modprobe fuse") == true)
    #expect(symptoms.findings[1].level == .warn, "root does not need it")
    #expect(symptoms.findings[1].remedy == "chown root /bin/fusermount3 && chmod u+s /bin/fusermount3")
    symptoms.isRoot = false
    #expect(symptoms.findings[1].level == .fail)
    symptoms.lockLimit = 0
    symptoms.ignoresLockLimit = false
    #expect(symptoms.findings.first { $0.name == "RLIMIT_MEMLOCK" }?.level == .fail)
  }
}
