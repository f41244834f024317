import Glibc
import RSMControl
import RSMKernel
import SystemPackage

/// Ends the rsmd that serves a directory, or takes away what a killed one has left there. The mount is not touched, so it may
/// hang or be dead.
package enum MountRemoval {
  package struct Problem: Error, Equatable {
    package enum Kind: Equatable, Sendable {
      case notMounted
      case notPermitted
      case other
    }

    package let kind: Kind
    package let message: String
  }

  /// - Parameters:
  ///   - patience: for rsmd to end.
  ///   - removesDirectory: of a dead mount; that of a live one is rsmd's to remove.
  package static func remove(
    _ directory: String, patience: Duration = .seconds(10), removesDirectory: Bool
  ) throws(Problem) {
    do {
      let path = try MountPath.resolve(directory)
      switch try MountOccupant(of: path, type: MountPoint.fileSystemType) {
      case .nobody:
        throw Problem(kind: .notMounted, message: "no rsmd has mounted anything on \(path)")
      case .unknown:
        throw Problem(
          kind: .other,
          message:
            "what is mounted on \(path) was made by another program or in another PID namespace; unmount it there")
      case .dead: try detach(path, removesDirectory: removesDirectory)
      case .server(let mark):
        try end(mark, path, patience: patience)
        if try MountOccupant(of: path, type: MountPoint.fileSystemType) == .dead {
          try detach(path, removesDirectory: removesDirectory)
        }
      }
    } catch {
      throw error as? Problem ?? Problem(kind: .other, message: "cannot unmount \(directory): \(error)")
    }
  }

  private static func detach(_ path: String, removesDirectory: Bool) throws {
    repeat {
      try Fusermount.detach(path)
    } while try MountOccupant(of: path, type: MountPoint.fileSystemType) == .dead
    if removesDirectory { unsafe rmdir(path) }
  }

  private static func end(_ mark: ProcessMark, _ path: String, patience: Duration) throws {
    guard let process = try mark.open() else { return }
    if process.send(SIGTERM) == .notPermitted {
      throw Problem(kind: .notPermitted, message: "the rsmd on \(path) (process \(mark.pid)) is another user's")
    }
    guard !process.waitForEnd(patience) else { return }
    throw Problem(
      kind: .other,
      message:
        "rsmd (process \(mark.pid)) has not unmounted \(path) within \(patience.components.seconds) s; end it with: "
        + "kill -KILL \(mark.pid), then unmount again")
  }
}
