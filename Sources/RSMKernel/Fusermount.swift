import Glibc
package import SystemPackage

/// fusermount3(1), which mounts and unmounts for those who are not root.
package enum Fusermount {
  private static let places = ["/usr/bin/fusermount3", "/bin/fusermount3", "/usr/local/bin/fusermount3"]

  /// Where it is, nil if it is missing.
  package static var program: String? { places.first { unsafe access($0, X_OK) == 0 } }

  package static func run(
    _ arguments: [String], descriptors: [Int32] = [0, 1, 2], environment: [String] = []
  ) throws(Errno) -> ChildProcess.Status {
    guard let program else { throw .noSuchFileOrDirectory }
    return try ChildProcess([program] + arguments, environment: environment, descriptors: descriptors).wait()
  }

  /// Takes the uppermost mount off `path`, which may be dead; open files keep it alive (umount2(2) for root, else fusermount3).
  ///
  /// Nothing being mounted there is no error.
  package static func detach(_ path: String) throws(Errno) {
    guard geteuid() != 0 else {
      guard unsafe umount2(path, Int32(MNT_DETACH) | Int32(UMOUNT_NOFOLLOW)) != 0, Errno.current != .invalidArgument
      else { return }
      throw .current
    }
    let status = try run(["-u", "-z", "-q", "--", path])
    guard status != .exited(0), try MountTable().top(at: path) != nil else { return }
    throw .notPermitted
  }
}
