import Glibc
package import RSMControl
package import RSMKernel
import RSMTools
import SystemPackage

/// An rsmd of one test, on a directory of its own, with its log in a file.
package final class TestMount {
  package let path: String
  package let logPath: String
  package let daemon: ChildProcess

  /// - Parameters:
  ///   - configuration: the text of rsmd.conf.
  ///   - launcher: a program that runs rsmd, and its arguments.
  package init(
    _ options: [String] = [], configuration: String = "", user: User = .current, launcher: [String] = []
  ) throws {
    let path = try TemporaryDirectory.make(in: Workbench.shared.directory, prefix: "mount")
    self.path = path
    let logPath = path + ".log"
    self.logPath = logPath
    _ = try checked { unsafe chown(path, user.uid, user.uid) }
    let log = Descriptor(owning: try checked { unsafe creat(logPath, 0o644) })
    let file = Descriptor(owning: try checked { unsafe creat(path + ".conf", 0o644) })
    let text = Array(configuration.utf8)
    _ = try checked { unsafe write(file.raw, text, text.count) }
    let pair = try MessageSocket.Pair()
    let command = launcher + [Workbench.shared.program("rsmd"), "--mount", path, "--ready-fd", "3"]
    daemon = try ChildProcess(
      user.commandLine(command + ["--config", path + ".conf"] + options),
      descriptors: [0, log.raw, log.raw, pair.theirs.raw], isCompanion: true)
    let ready = pair.takeOurs()
    guard try ready.receive(limit: 1) != nil else { throw Errno.brokenPipe }
  }

  deinit {
    _ = end()
    unsafe unlink(logPath)
    unsafe unlink(path + ".conf")
  }

  private var status: ChildProcess.Status?

  /// Ends rsmd in the orderly way.
  package func end() -> ChildProcess.Status? {
    if status == nil {
      daemon.process.terminate()
      status = try? daemon.wait()
      unsafe rmdir(path)
    }
    return status
  }

  /// Waits for rsmd to end by itself.
  package func waitForEnd() -> ChildProcess.Status? {
    if status == nil { status = try? daemon.wait() }
    return status
  }

  package var log: String { (try? TextFile.read(logPath)) ?? "" }

  package func client(_ user: User = .current) throws -> Dialogue {
    try Dialogue(user.commandLine([Workbench.shared.program("rsmclient")]), environment: environment)
  }

  package var environment: [String] { ["\(MountPoint.variable)=\(path)", "RSM_LOG=off"] }

  // MARK: Files

  package func status(_ key: StatusKey) throws -> String {
    TextFields(parsing: try TextFile.read("\(path)/status"))[key.rawValue] ?? ""
  }

  /// The number that the status file gives for `key`.
  package func number(_ key: StatusKey) throws -> Int {
    Int(try status(key)) ?? -1
  }

  package func handle(_ id: UInt64) throws -> TextFields {
    TextFields(parsing: try TextFile.read("\(path)/handles/\(id)"))
  }

  package func process(_ pid: String) throws -> TextFields {
    TextFields(parsing: try TextFile.read("\(path)/processes/\(pid)/status"))
  }

  package var handleIDs: [UInt64] {
    get throws { try ControlMount(environment: { $0 == MountPoint.variable ? self.path : nil }).handleIDs() }
  }

  /// Waits until the status file gives `number` for `key`.
  package func waits(for key: StatusKey, toBe number: Int, seconds: Int = 10) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if try self.number(key) == number { return true }
      usleep(2000)
    }
    return false
  }
}
