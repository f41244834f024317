import Glibc
import RSMControl
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

  /// How long another rsmd may take to come or to go.
  private static let patience: Duration = .seconds(2)

  let path: String
  let device: Descriptor
  /// In the mount table.
  let id: Int?
  /// Whether a mount that a killed rsmd had left was in the way.
  let isReplacement: Bool
  private let removesDirectory: Bool
  private let lock: DirectoryLock

  /// - Parameter removesDirectory: in any case; else only if it was missing.
  init(at given: String, removesDirectory: Bool) throws(Problem) {
    let path: String
    do throws(Errno) {
      path = try MountPath.resolve(given)
    } catch {
      throw Problem(message: "cannot mount on \(given): \(error)")
    }
    let place = try Place(path)
    let removesDirectory = removesDirectory || place.isNew
    do throws(Problem) {
      device = Self.mode == .system ? try Self.mountAsRoot(path) : try Self.mountAsUser(path)
    } catch {
      if removesDirectory { unsafe rmdir(path) }
      throw error
    }
    id = try? MountTable().top(at: path)?.id
    self.path = path
    self.removesDirectory = removesDirectory
    isReplacement = place.wasDead
    lock = place.takeLock()
  }

  /// Takes the mount out of the tree. Files that are open keep the connection until it is aborted.
  func unmount() throws(Problem) {
    try Self.unmount(path)
    if removesDirectory { unsafe rmdir(path) }
  }

  private static func unmount(_ path: String) throws(Problem) {
    do throws(Errno) {
      try Fusermount.detach(path)
    } catch {
      throw Problem(message: "cannot unmount \(path): \(error)")
    }
  }

  /// The directory to mount on: there, free and locked against another rsmd.
  private struct Place: ~Copyable {
    private let lock: DirectoryLock
    let isNew: Bool
    let wasDead: Bool

    init(_ path: String) throws(Problem) {
      let deadline = ContinuousClock.now + Mount.patience
      var isNew = false
      var wasDead = false
      while ContinuousClock.now < deadline {
        if try Place.clear(path) { wasDead = true }
        if try Mount.makeDirectory(path) { isNew = true }
        if let lock = try Place.lock(path) {
          self.lock = lock
          self.isNew = isNew
          self.wasDead = wasDead
          return
        }
        usleep(20_000)
      }
      throw Problem(
        message: "another process keeps the directory \(path) locked; end it first, or give --mount another directory")
    }

    consuming func takeLock() -> DirectoryLock {
      lock
    }

    /// Takes away what killed keepers have left.
    ///
    /// - Returns: whether there was something.
    private static func clear(_ path: String) throws(Problem) -> Bool {
      var wasDead = false
      while true {
        switch try Place.occupant(of: path) {
        case .nobody: return wasDead
        case .dead: try Mount.unmount(path)
        case .server(let mark):
          throw Problem(
            message:
              "another rsmd (process \(mark.pid)) serves \(path) already; end it first, or give --mount another directory"
          )
        case .unknown:
          throw Problem(
            message:
              "what is mounted on \(path) was made by another program or in another PID namespace; unmount it first, or give "
              + "--mount another directory")
        }
        wasDead = true
      }
    }

    private static func occupant(of path: String) throws(Problem) -> MountOccupant {
      do throws(Errno) {
        return try MountOccupant(of: path, type: MountPoint.fileSystemType)
      } catch {
        throw Problem(message: "cannot find out what is mounted on \(path): \(error)")
      }
    }

    /// - Returns: nil if another rsmd was faster.
    private static func lock(_ path: String) throws(Problem) -> DirectoryLock? {
      let lock: DirectoryLock?
      do throws(Errno) {
        lock = try DirectoryLock(path, unlessMounted: MountPoint.fileSystemType)
      } catch .noSuchFileOrDirectory {
        return nil
      } catch {
        throw Problem(message: "cannot lock the mount point \(path): \(error)")
      }
      // It may have been mounted, and its rsmd killed, before the lock was ours.
      return try Place.occupant(of: path) == .nobody ? lock : nil
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
      let source = try source()
      let options = "fd=\(device.raw),rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
      let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC)
      _ = try checked { unsafe mount(source, path, MountPoint.fileSystemType, flags, options) }
      return device
    } catch .noSuchFileOrDirectory {
      throw Problem(message: "/dev/fuse is missing; load the kernel module with: modprobe fuse")
    } catch {
      throw Problem(message: "cannot mount on \(path): \(error)")
    }
  }

  /// fusermount3 mounts and passes the descriptor back over the socket that _FUSE_COMMFD names.
  private static func mountAsUser(_ path: String) throws(Problem) -> Descriptor {
    guard Fusermount.program != nil else {
      throw Problem(message: "fusermount3 is missing; install it with: apt-get install fuse3")
    }
    do {
      let pair = try MessageSocket.Pair()
      let status = try Fusermount.run(
        ["-o", "default_permissions,nosuid,nodev,noexec,fsname=\(try source()),subtype=rsm", "--", path],
        descriptors: [0, 1, 2, pair.theirs.raw], environment: ["_FUSE_COMMFD=3"])
      guard status == .exited(0), let message = try pair.ours.receive(limit: 1), message.passed >= 0 else {
        throw Errno.notPermitted
      }
      return Descriptor(owning: message.passed)
    } catch {
      throw Problem(
        message:
          "fusermount3 could not mount on \(path) (it says why above); the directory must be yours, /dev/fuse open to all "
          + "(mode 0666), and your user must have an entry in /etc/passwd")
    }
  }

  /// The source of the mount: by it the next rsmd knows whether this one still runs.
  private static func source() throws(Errno) -> String {
    MountPoint.sourcePrefix + (try ProcessMark()).text
  }
}
