import CLinux
import Glibc
import RSMKernel
import SystemPackage

/// The mount of the control filesystem and the /dev/fuse descriptor behind it.
struct Mount: ~Copyable {
  struct Problem: Error {
    let message: String
  }

  enum Mode: String {
    /// Root mounts for everybody.
    case system
    /// fusermount3 mounts for one user.
    case rootless
  }

  static var mode: Mode { geteuid() == 0 ? .system : .rootless }

  let path: String
  let device: Descriptor
  private let madeDirectory: Bool

  init(at given: String) throws(Problem) {
    let path = try Self.absolutePath(given)
    try Self.removeDeadMount(path)
    guard !Self.isMounted(path, type: "fuse.rsm") else {
      throw Problem(message: "another rsmd serves \(path) already; end it first, or give --mount another directory")
    }
    let madeDirectory = try Self.makeDirectory(path)
    do throws(Problem) {
      device = Self.mode == .system ? try Self.mountAsRoot(path) : try Self.mountAsUser(path)
    } catch {
      if madeDirectory { unsafe rmdir(path) }
      throw error
    }
    self.path = path
    self.madeDirectory = madeDirectory
  }

  /// Takes the mount out of the tree. Files that are open keep the connection until it is aborted.
  func unmount() throws(Problem) {
    try Self.unmount(path)
    if madeDirectory { unsafe rmdir(path) }
  }

  private static func unmount(_ path: String) throws(Problem) {
    switch mode {
    case .system:
      // EINVAL: somebody else has unmounted it.
      guard unsafe umount2(path, Int32(MNT_DETACH)) != 0, errno != EINVAL else { break }
      throw Problem(message: "cannot unmount \(path): \(Errno.current)")
    case .rootless:
      let status = try fusermount(["-u", "-z", "-q", "--", path], descriptors: [0, 1, 2])
      guard status != .exited(0), isMounted(path) else { break }
      throw Problem(message: "cannot unmount \(path): fusermount3 ended with \(status.shellCode)")
    }
  }

  /// The path as /proc/self/mounts shows it. Only the directory above must exist, and a dead mount is not touched.
  private static func absolutePath(_ path: String) throws(Problem) -> String {
    let parts = path.split(separator: "/")
    guard let name = parts.last else { throw Problem(message: "\(path) is no place for a mount") }
    let parent = (path.hasPrefix("/") ? "/" : "./") + parts.dropLast().joined(separator: "/")
    guard let resolved = unsafe realpath(parent, nil) else {
      throw Problem(message: "cannot mount on \(path): \(parent): \(Errno.current)")
    }
    defer { unsafe free(resolved) }
    let directory = unsafe String(cString: resolved)
    return directory == "/" ? "/\(name)" : "\(directory)/\(name)"
  }

  /// Takes away what killed keepers have left: mounts that nobody serves answer `ENOTCONN` to everything.
  private static func removeDeadMount(_ path: String) throws(Problem) {
    var attributes = stat()
    while unsafe stat(path, &attributes) != 0, errno == ENOTCONN, isMounted(path) {
      try unmount(path)
    }
  }

  /// - Returns: whether the directory was missing and has been made.
  private static func makeDirectory(_ path: String) throws(Problem) -> Bool {
    if unsafe mkdir(path, 0o755) == 0 { return true }
    let error = Errno.current
    guard error == .fileExists else { throw Problem(message: "cannot make the mount point \(path): \(error)") }
    return false
  }

  private static func mountAsRoot(_ path: String) throws(Problem) -> Descriptor {
    do throws(Errno) {
      let device = try Descriptor(opening: "/dev/fuse", flags: O_RDWR)
      let options = "fd=\(device.raw),rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
      let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC)
      _ = try checked { unsafe mount("rsm", path, "fuse.rsm", flags, options) }
      return device
    } catch .noSuchFileOrDirectory {
      throw Problem(message: "/dev/fuse is missing; load the kernel module with: modprobe fuse")
    } catch {
      throw Problem(message: "cannot mount on \(path): \(error)")
    }
  }

  /// fusermount3 mounts and passes the descriptor back over the socket that _FUSE_COMMFD names.
  private static func mountAsUser(_ path: String) throws(Problem) -> Descriptor {
    do {
      let pair = try MessageSocket.Pair()
      let status = try fusermount(
        ["-o", "default_permissions,nosuid,nodev,noexec,fsname=rsm,subtype=rsm", "--", path],
        descriptors: [0, 1, 2, pair.theirs.raw], environment: ["_FUSE_COMMFD=3"])
      guard status == .exited(0), let message = try pair.ours.receive(limit: 1), message.passed >= 0 else {
        throw Errno.notPermitted
      }
      return Descriptor(owning: message.passed)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(
        message:
          "fusermount3 could not mount on \(path) (it says why above); the directory must be yours, /dev/fuse open to all "
          + "(mode 0666), and your user must have an entry in /etc/passwd")
    }
  }

  private static func fusermount(
    _ arguments: [String], descriptors: [Int32], environment: [String] = []
  ) throws(Problem) -> ChildProcess.Status {
    let places = ["/usr/bin/fusermount3", "/bin/fusermount3", "/usr/local/bin/fusermount3"]
    guard let program = places.first(where: { unsafe access($0, X_OK) == 0 }) else {
      throw Problem(message: "fusermount3 is missing; install it with: apt-get install fuse3")
    }
    do throws(Errno) {
      return try ChildProcess([program] + arguments, environment: environment, descriptors: descriptors).wait()
    } catch {
      throw Problem(message: "cannot run \(program): \(error)")
    }
  }

  /// - Parameter type: of the filesystem, nil for any.
  private static func isMounted(_ path: String, type: String? = nil) -> Bool {
    let mounts = (try? TextFile.read("/proc/self/mounts")) ?? ""
    return mounts.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 2 && fields[1] == path[...] && (type == nil || fields[2] == type?[...])
    }
  }
}
