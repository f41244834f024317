import Glibc
package import RSMControl

/// The commands of Tests/Fixtures/hostile.c in Swift.
extension Dialogue {
  /// What came of a raw request.
  package struct Reply: Equatable {
    /// The result of the ioctl, or a negative errno(3).
    package let result: Int32
    package let reason: Refusal.Reason
    /// The id after a create, the process id after HELLO.
    package let value: UInt64
  }

  /// Opens a file there.
  ///
  /// - Returns: its descriptor, or a negative errno(3).
  package func open(_ path: String, _ flags: Int32 = O_RDWR) throws -> Int {
    Int(try ask("open \(path) \(flags)")) ?? -1
  }

  /// Sends one raw request; see the fixture for the fields.
  package func request(_ command: String) throws -> Reply {
    let answer = try ask(command)
    let words = answer.split(separator: " ")
    guard words.count > 2, let result = Int32(words[0]), let reason = UInt32(words[1]), let value = UInt64(words[2])
    else { throw Silence(command: "\(command): \(answer)") }
    return Reply(result: result, reason: Refusal.Reason(rawValue: reason), value: value)
  }
}

extension TestMount {
  package var controlPath: String { "\(path)/\(ControlTree.control)" }

  /// A client that sends raw requests.
  package func hostile(_ user: User = .current) throws -> Dialogue {
    try Dialogue(user.commandLine([Workbench.shared.program("hostile")]), environment: environment)
  }

  /// The process that answers, as the status file names it.
  package var agent: Int32 {
    get throws { Int32(try number(.agent)) }
  }

  /// What a misbehaving client must leave as it found it.
  package struct Tally: Equatable {
    package let agent, handles, claimed, processes, openFiles: Int
  }

  package func tally() throws -> Tally {
    Tally(
      agent: try number(.agent), handles: try number(.handles), claimed: try number(.claimed),
      processes: try number(.processes), openFiles: try number(.openFiles))
  }

  /// Waits until all is as it was.
  package func returns(to tally: Tally, seconds: Int = 10) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try self.tally() != tally {
      guard ContinuousClock.now < deadline else { return false }
      usleep(5000)
    }
    return true
  }
}
