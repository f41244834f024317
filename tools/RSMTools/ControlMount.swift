import CLinux
import Glibc
package import RSMControl
import RSMKernel
import SystemPackage

/// A mounted control filesystem as its files show it.
package struct ControlMount: Sendable {
  /// What keeps a tool from reading it.
  package struct Problem: Error, Equatable {
    package enum Kind: Equatable, Sendable {
      case noAgent
      case notPermitted
      case noSuchFile
    }

    package let kind: Kind
    package let message: String
  }

  package let path: String

  /// The mount that `$RSM_MOUNT` names, or the first default place where one answers.
  package init(environment: (String) -> String?) throws(Problem) {
    let candidates = MountPoint.candidates(
      mount: environment(MountPoint.variable), runtimeDirectory: environment("XDG_RUNTIME_DIR"))
    var forbidden: String?
    for path in candidates {
      do throws(Errno) {
        _ = try TextFile.read("\(path)/\(ControlTree.status)")
        self.path = path
        return
      } catch {
        if error == .permissionDenied { forbidden = forbidden ?? path }
      }
    }
    if let forbidden {
      throw Problem(kind: .notPermitted, message: "you may not look into \(forbidden)")
    }
    throw Problem(
      kind: .noAgent,
      message:
        "no rsmd answers on \(candidates.joined(separator: " or ")); start rsmd, or set \(MountPoint.variable) to where it "
        + "is mounted")
  }

  package func status() throws(Problem) -> TextFields {
    try fields(of: ControlTree.status) { "rsmd on \(path) does not answer: \($0)" }
  }

  /// The ids of the live handles, ascending.
  package func handleIDs() throws(Problem) -> [UInt64] {
    try numbers(in: ControlTree.handles)
  }

  /// What is known of each process that uses rsm, in the order of their ids.
  package func processes() throws(Problem) -> [TextFields] {
    var processes: [TextFields] = []
    for pid in try numbers(in: ControlTree.processes) {
      if let process = try readable("\(ControlTree.processes)/\(pid)/\(ControlTree.status)") {
        processes.append(process)
      }
    }
    return processes
  }

  /// What is known of each published segment, in the order of their ids.
  package func segments() throws(Problem) -> [TextFields] {
    var segments: [TextFields] = []
    for id in try numbers(in: ControlTree.segments) {
      if let segment = try readable("\(ControlTree.segments)/\(id)/\(ControlTree.info)") { segments.append(segment) }
    }
    return segments
  }

  package func segment(_ id: UInt32) throws(Problem) -> TextFields {
    try fields(of: "\(ControlTree.segments)/\(id)/\(ControlTree.info)") { errno in
      switch errno {
      case .noSuchFileOrDirectory: "there is no segment \(id); rsmctl segments lists those there are"
      default: "cannot read segment \(id): \(errno)"
      }
    }
  }

  package func handle(_ id: UInt64) throws(Problem) -> TextFields {
    try fields(of: "\(ControlTree.handles)/\(id)") { errno in
      switch errno {
      case .noSuchFileOrDirectory: "there is no handle \(id); rsmctl handles lists those there are"
      case .permissionDenied: "handle \(id) belongs to another user"
      default: "cannot read handle \(id): \(errno)"
      }
    }
  }

  /// As `handle`, but nil if the handle is gone meanwhile or is another user's.
  package func readableHandle(_ id: UInt64) throws(Problem) -> TextFields? {
    try readable("\(ControlTree.handles)/\(id)")
  }

  private func readable(_ file: String) throws(Problem) -> TextFields? {
    do throws(Problem) {
      return try fields(of: file) { "cannot read \(path)/\(file): \($0)" }
    } catch {
      guard error.kind == .noAgent else { return nil }
      throw error
    }
  }

  private func numbers(in name: String) throws(Problem) -> [UInt64] {
    let directory = "\(path)/\(name)"
    var numbers: [UInt64] = []
    let failure = Directory.forEachName(in: directory) { name in
      if let number = UInt64(name) { numbers.append(number) }
    }
    if let failure { throw problem(failure) { "cannot list \(directory): \($0)" } }
    return numbers
  }

  private func fields(of file: String, _ message: (Errno) -> String) throws(Problem) -> TextFields {
    do throws(Errno) {
      return TextFields(parsing: try TextFile.read("\(path)/\(file)"))
    } catch {
      throw problem(error, message)
    }
  }

  private func problem(_ errno: Errno, _ message: (Errno) -> String) -> Problem {
    let kind: Problem.Kind =
      switch errno {
      case .permissionDenied: .notPermitted
      case .noSuchFileOrDirectory: .noSuchFile
      default: .noAgent
      }
    return Problem(kind: kind, message: message(errno))
  }
}
