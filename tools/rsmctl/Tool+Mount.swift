import Glibc
import RSMControl
import RSMKernel
import RSMTools
import SystemPackage

/// Mounting and unmounting for longer than one command.
extension Tool {
  private static let systemLog = "/var/log/rsmd.log"

  /// - Parameters:
  ///   - config: a file for rsmd's `--config`.
  ///   - options: further options of rsmd.
  /// - Returns: the directory, as the mount table shows it.
  static func mount(_ given: String?, log: String?, config: String?, _ options: [String]) throws -> String {
    let (directory, isDefault) = try place(given)
    let options = try options + (config.map { ["--config", try configurationFile($0)] } ?? [])
    let log = log ?? defaultLog(beside: directory)
    do {
      let path = try MountPath.resolve(directory)
      // The background process has / as its working directory.
      let arguments = ["--mount", path, "--log", try MountPath.resolve(log)] + (isDefault ? ["--remove-dir"] : [])
      _ = try Daemon.start(Executable.sibling("rsmd"), arguments + options, as: .detached)
      return path
    } catch let problem as Daemon.Problem {
      throw fail(problem.message, status: Status.failure)
    } catch {
      throw fail("cannot mount on \(directory) with the log \(log): \(error)", status: Status.failure)
    }
  }

  static func unmount(_ given: String?) throws {
    let (directory, isDefault) = try place(given)
    do throws(MountRemoval.Problem) {
      try MountRemoval.remove(directory, removesDirectory: isDefault)
    } catch {
      throw fail(error.message, status: error.kind == .notPermitted ? Status.notPermitted : Status.failure)
    }
  }

  /// The directory that is meant, and whether it is the default one, which rsmd makes and removes as needed.
  private static func place(_ given: String?) throws -> (directory: String, isDefault: Bool) {
    if let named = given ?? environment(MountPoint.variable), !named.isEmpty { return (named, false) }
    let runtimeDirectory = environment("XDG_RUNTIME_DIR")
    guard let directory = MountPoint.standard(isRoot: geteuid() == 0, runtimeDirectory: runtimeDirectory) else {
      throw fail(
        "XDG_RUNTIME_DIR is not set, so there is no default mount point: give a directory", status: Status.usage)
    }
    return (directory, true)
  }

  private static func configurationFile(_ given: String) throws -> String {
    do throws(Errno) {
      return try MountPath.resolve(given)
    } catch {
      throw fail("cannot read \(given): \(error)", status: Status.failure)
    }
  }

  private static func defaultLog(beside directory: String) -> String {
    if geteuid() == 0 { return systemLog }
    if let runtimeDirectory = environment("XDG_RUNTIME_DIR"), !runtimeDirectory.isEmpty {
      return "\(runtimeDirectory)/rsm.log"
    }
    return (try? MountPath.resolve(directory)).map { "\($0).log" } ?? "/dev/null"
  }
}
