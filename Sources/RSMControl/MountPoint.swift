/// Where the control filesystem is mounted.
package enum MountPoint {
  /// Names one mount point and excludes all others.
  package static let variable = "RSM_MOUNT"
  package static let system = "/dev/rsm"
  package static let fileSystemType = "fuse.rsm"
  /// The source of a mount is this and the mark of the process that holds it.
  package static let sourcePrefix = "rsm:"

  /// The directories to look at, in order.
  package static func candidates(mount: String?, runtimeDirectory: String?) -> [String] {
    if let mount, !mount.isEmpty { return [mount] }
    guard let runtimeDirectory, !runtimeDirectory.isEmpty else { return [system] }
    return [system, rootless(in: runtimeDirectory)]
  }

  /// Where rsmd mounts if it is not told: nil for an ordinary user without a runtime directory.
  package static func standard(isRoot: Bool, runtimeDirectory: String?) -> String? {
    if isRoot { return system }
    guard let runtimeDirectory, !runtimeDirectory.isEmpty else { return nil }
    return rootless(in: runtimeDirectory)
  }

  /// The default mount point of an ordinary user.
  package static func rootless(in runtimeDirectory: String) -> String {
    "\(runtimeDirectory)/rsm"
  }
}
