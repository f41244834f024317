import CRSM
import RSMControl
import RSMKernel
import SystemPackage

/// Descriptors come over a socket beside `ctl`.
extension ControlSession {
  /// What can be granted.
  enum Grant {
    /// The counters of withdrawals, read-only.
    case generations
    /// The memory of an export of this process.
    case export(UInt64)
    /// The memory that an export of this process will move to.
    case reserve(UInt64)
    /// The memory of a connection of this process.
    case connection(UInt64)

    fileprivate var words: [UInt64] {
      switch self {
      case .generations: [UInt64(RSM_GRANT_GENERATIONS.rawValue), 0]
      case .export(let id): [UInt64(RSM_GRANT_EXPORT.rawValue), id]
      case .reserve(let id): [UInt64(RSM_GRANT_RESERVE.rawValue), id]
      case .connection(let id): [UInt64(RSM_GRANT_CONNECTION.rawValue), id]
      }
    }
  }

  /// rsmd may be starting anew, or have let go of the oldest of too many.
  private static let grantTries = 20

  /// The memory of an export of this process, or what it will move to.
  func memory(of grant: Grant) throws(Failure) -> MemoryFile {
    let file = try descriptor(of: grant)
    do throws(Errno) {
      return try MemoryFile(file)
    } catch {
      throw .lost(error)
    }
  }

  func descriptor(of grant: Grant) throws(Failure) -> Descriptor {
    var problem = Errno.connectionRefused
    for _ in 0..<Self.grantTries {
      let answer: (code: UInt64, passed: Int32)
      do throws(Errno) {
        answer = try ask(for: grant)
      } catch {
        problem = error
        continue
      }
      guard answer.code == 0, answer.passed >= 0 else {
        throw .refused(Refusal(code: Int32(truncatingIfNeeded: answer.code), reason: .none))
      }
      return Descriptor(owning: answer.passed)
    }
    throw .lost(problem)
  }

  private func ask(for grant: Grant) throws(Errno) -> (code: UInt64, passed: Int32) {
    let socket = try MessageSocket(connectingTo: ControlTree.grant, in: mountPoint)
    try socket.send(grant.words)
    guard let (words, passed) = try socket.receive(limit: 1), let code = words.first else { throw .connectionReset }
    return (code, passed)
  }
}
