import ArgumentParser
import CLinux
import Glibc
import RSMControl
import RSMKernel
import RSMTools
import SystemPackage

/// What the subcommands share: finding the mount, exit statuses, printing.
enum Tool {
  /// Exit statuses besides those of ArgumentParser (0, 64 for wrong usage).
  enum Status {
    static let failure: Int32 = 1
    static let usage: Int32 = 64
    static let noAgent: Int32 = 69
    static let notPermitted: Int32 = 77
  }

  /// Runs `body` on the mount that answers; a problem ends the tool with its exit status.
  static func onMount<Result>(_ body: (ControlMount) throws -> Result) throws -> Result {
    do {
      return try body(ControlMount(environment: environment))
    } catch let problem as ControlMount.Problem {
      let status =
        switch problem.kind {
        case .noAgent: Status.noAgent
        case .notPermitted: Status.notPermitted
        case .noSuchFile: Status.failure
        }
      throw fail(problem.message, status: status)
    }
  }

  /// Whether bold text means something where the output goes and nobody has asked for none (no-color.org).
  static var usesBold: Bool {
    hasScreen && (environment("NO_COLOR") ?? "").isEmpty
  }

  /// Whether the output goes to a terminal that understands control sequences.
  static var hasScreen: Bool {
    isatty(STDOUT_FILENO) == 1 && environment("TERM") ?? "dumb" != "dumb"
  }

  static func print(_ fields: TextFields, json: Bool) {
    guard json else { return Swift.print(fields.text, terminator: "") }
    Swift.print(JSON.object(fields.fields.map { ($0.key, Column<TextFields>.Value(fieldText: $0.value).json) }))
  }

  /// Runs a program on a private mount.
  ///
  /// - Returns: its exit status, as a shell gives it.
  static func run(_ program: [String]) throws -> Int32 {
    let mount: PrivateMount
    do throws(Daemon.Problem) {
      mount = try PrivateMount(program: Executable.sibling("rsmd"))
    } catch {
      throw fail(error.message, status: Status.failure)
    }
    unsafe setenv(MountPoint.variable, mount.path, 1)
    defer { _ = mount.end() }
    guard let path = Executable.find(program[0], path: environment("PATH") ?? "/usr/bin:/bin") else {
      throw fail("\(program[0]): no such program", status: 127)
    }
    do {
      let child = try ChildProcess([path] + program.dropFirst())
      // A terminal sends these to the program too; its end is ours.
      for number in [SIGINT, SIGQUIT] { signal(number, SIG_IGN) }
      return try child.wait().shellCode
    } catch {
      throw fail("cannot run \(program[0]): \(error)", status: 126)
    }
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  static func fail(_ message: String, status: Int32) -> any Error {
    let line = Array("rsmctl: \(message)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
    return ExitCode(status)
  }
}
