import Glibc
package import RSMKernel
import SystemPackage

/// A running program that answers each line with a line, within a time limit.
package final class Dialogue {
  package struct Silence: Error {
    package let command: String
  }

  package let process: ChildProcess
  private let input: Descriptor
  private let output: Descriptor
  private var pending: [UInt8] = []

  package init(_ commandLine: [String], environment: [String]) throws {
    let toProgram = try Pipe()
    let fromProgram = try Pipe()
    process = try ChildProcess(
      commandLine, environment: environment + ["PATH=/usr/bin:/bin"],
      descriptors: [toProgram.readEnd, fromProgram.writeEnd, STDERR_FILENO])
    close(toProgram.readEnd)
    close(fromProgram.writeEnd)
    input = Descriptor(owning: toProgram.writeEnd)
    output = Descriptor(owning: fromProgram.readEnd)
  }

  deinit {
    process.process.kill()
    _ = try? process.wait()
  }

  /// Sends a line and returns the line that answers it.
  package func ask(_ command: String, seconds: Int = 60) throws -> String {
    try say(command)
    return try hear(command, seconds: seconds)
  }

  package func say(_ command: String) throws {
    let line = Array("\(command)\n".utf8)
    _ = try checkedRetrying { unsafe write(input.raw, line, line.count) }
  }

  package func hear(_ command: String, seconds: Int = 60) throws -> String {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        defer { pending.removeSubrange(...end) }
        return String(decoding: pending[..<end], as: UTF8.self)
      }
      var waiting = pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0)
      let left = ContinuousClock.now.duration(to: deadline).components.seconds
      guard left > 0, unsafe poll(&waiting, 1, Int32(left) * 1000) > 0 else { throw Silence(command: command) }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = try checkedRetrying { unsafe read(output.raw, &buffer, buffer.count) }
      guard count > 0 else { throw Silence(command: command) }
      pending += buffer.prefix(count)
    }
  }
}

/// The two ends of pipe(2), close-on-exec.
private struct Pipe {
  let readEnd: Int32
  let writeEnd: Int32

  init() throws(Errno) {
    var ends: [Int32] = [-1, -1]
    _ = try checked { unsafe pipe(&ends) }
    for end in ends {
      _ = try checked { fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }
}
