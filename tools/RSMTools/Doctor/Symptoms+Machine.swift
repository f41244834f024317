import CLinux
import Glibc
import RSMControl
import RSMKernel
import SystemPackage

/// The symptoms of the machine this program runs on.
extension Symptoms {
  /// The number of CAP_IPC_LOCK in a set of capabilities (capabilities(7)).
  private static let lockCapability = 14
  private static let patience: Duration = .seconds(2)

  package init(environment: (String) -> String?) {
    let features = KernelFeatures()
    let limits = MemoryLimits()
    let candidates = MountPoint.candidates(
      mount: environment(MountPoint.variable), runtimeDirectory: environment("XDG_RUNTIME_DIR"))
    let mounts = candidates.map(Self.mount(on:))
    let isRoot = geteuid() == 0
    let standard = MountPoint.standard(isRoot: isRoot, runtimeDirectory: environment("XDG_RUNTIME_DIR"))
    self.init(
      isRoot: isRoot, fuseObstacle: Self.fuseObstacle, fusermount: Self.fusermount,
      mount: mounts.first { $0.isAnswering } ?? mounts.first { !$0.isNone }
        ?? .none(path: candidates.count == 1 ? candidates[0] : standard ?? candidates[0]),
      present: features.present, switchedOff: KernelFeature.allCases.filter(\.isOff),
      userfaultfdPolicy: Self.firstLine("/proc/sys/vm/unprivileged_userfaultfd"), lockLimit: limits.lockLimit,
      ignoresLockLimit: Self.hasLockCapability, maxMapCount: MemoryLimits.maxMapCount,
      descriptorLimit: DescriptorLimit.maximum)
  }

  private static var fuseObstacle: Errno? {
    do throws(Errno) {
      _ = try Descriptor(opening: "/dev/fuse", flags: O_RDWR)
      return nil
    } catch {
      return error
    }
  }

  private static var fusermount: Fusermount {
    guard let path = RSMKernel.Fusermount.program else { return .missing }
    var information = stat()
    let isKnown = unsafe stat(path, &information) == 0
    let runsAsRoot = isKnown && information.st_uid == 0 && information.st_mode & S_ISUID != 0
    return runsAsRoot ? .usable(path: path) : .powerless(path: path)
  }

  private static var hasLockCapability: Bool {
    let lines = ((try? TextFile.read("/proc/self/status")) ?? "").split(separator: "\n")
    let set = lines.first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    return (set ?? 0) >> lockCapability & 1 == 1
  }

  private static func firstLine(_ path: String) -> String? {
    (try? TextFile.read(path))?.split(separator: "\n").first.map(String.init)
  }

  private static func mount(on candidate: String) -> Mount {
    guard let path = try? MountPath.resolve(candidate),
      let occupant = try? MountOccupant(of: path, type: MountPoint.fileSystemType)
    else { return .none(path: candidate) }
    switch occupant {
    case .nobody: return .none(path: path)
    case .dead: return .dead(path: path)
    case .unknown: return .foreign(path: path)
    case .server(let mark):
      guard let status = status(of: path) else { return .silent(path: path, process: mark.pid) }
      let features = status[StatusKey.features.rawValue]?.split(separator: " ").map(String.init) ?? []
      return .answers(path: path, process: mark.pid, features: features)
    }
  }

  /// The file `status`, read by another process: if the mount hangs, this one does not.
  private static func status(of path: String) -> TextFields? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    let output = Descriptor(owning: ends[0])
    let input = Descriptor(owning: ends[1])
    guard let silence = try? Descriptor(opening: "/dev/null", flags: O_RDWR) else { return nil }
    guard
      let reader = try? ChildProcess(
        ["/bin/cat", "\(path)/\(ControlTree.status)"], descriptors: [0, input.raw, silence.raw])
    else { return nil }
    guard reader.process.waitForEnd(patience) else {
      reader.process.kill()
      return nil
    }
    guard let end = try? reader.wait(), end == .exited(0) else { return nil }
    // The text is far shorter than a pipe holds, so it is all there.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(output.raw, &bytes, bytes.count)
    return TextFields(parsing: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
  }
}

extension Symptoms.Mount {
  fileprivate var isNone: Bool {
    if case .none = self { true } else { false }
  }

  fileprivate var isAnswering: Bool {
    if case .answers = self { true } else { false }
  }
}
