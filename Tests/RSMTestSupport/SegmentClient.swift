import Glibc
package import RSMControl
import RSMKernel

/// Tests/Fixtures/segments.c in Swift: a process that has said HELLO on an open `ctl`.
package final class SegmentClient {
  package let dialogue: Dialogue
  package let control: Int

  package struct Reply: Equatable {
    /// The result of the ioctl, or a negative errno(3).
    package let result: Int32
    package let reason: Refusal.Reason
    package let values: [UInt64]
  }

  package struct Connection {
    package let id: UInt64
    package let length: UInt64
    package let generation: UInt64
    package let slot: UInt64
    package let rights: UInt64
    package let isPassthrough: Bool
  }

  /// - Parameter groups: the supplementary groups, none if nil.
  package convenience init(
    _ mount: TestMount, _ user: User = .current, groups: [UInt32]? = nil, saysHello: Bool = true
  ) throws {
    let program = user.commandLine([Workbench.shared.program("segments")], groups: groups)
    try self.init(Dialogue(program, environment: mount.environment), saysHello: saysHello)
  }

  /// - Parameter dialogue: with the program.
  package init(_ dialogue: Dialogue, saysHello: Bool = true) throws {
    self.dialogue = dialogue
    control = try dialogue.open("ctl")
    if saysHello, try request("hello \(control)").result != 0 { throw Dialogue.Silence(command: "hello") }
  }

  package var pid: String { get throws { try dialogue.ask("pid") } }

  package func kill() { dialogue.process.process.kill() }

  package func request(_ command: String) throws -> Reply {
    let answer = try dialogue.ask(command)
    let words = answer.split(separator: " ")
    guard words.count > 2, let result = Int32(words[0]), let reason = UInt32(words[1]) else {
      throw Dialogue.Silence(command: "\(command): \(answer)")
    }
    return Reply(
      result: result, reason: Refusal.Reason(rawValue: reason), values: words.dropFirst(2).compactMap { UInt64($0) })
  }

  /// A number that may be a negative errno(3).
  package func number(_ command: String) throws -> Int {
    let answer = try dialogue.ask(command)
    guard let number = Int(answer) else { throw Dialogue.Silence(command: "\(command): \(answer)") }
    return number
  }

  // MARK: Exporting

  /// Makes an export and fills it.
  ///
  /// - Returns: its id, and a descriptor of its memory.
  package func export(_ length: Int = 8192, umask: UInt32 = 0o022) throws -> (id: UInt64, memory: Int) {
    let reply = try request("export \(control) 0x10000 \(length) \(umask)")
    guard reply.result == 0 else { throw Dialogue.Silence(command: "export: \(reply)") }
    let memory = try grant(2, reply.values[0]).descriptor
    guard try number("fill \(memory) \(length)") == 0 else { throw Dialogue.Silence(command: "fill") }
    return (reply.values[0], memory)
  }

  package func publish(_ id: UInt64, _ segment: UInt32 = 0, mode: UInt32 = 0o600) throws -> Reply {
    try request("publish \(control) \(id) \(segment) \(mode)")
  }

  /// - Returns: whether the export got other memory, which had to be reserved.
  package func unpublish(_ id: UInt64) throws -> Bool {
    let reserve = try request("reserve \(control) \(id)")
    guard reserve.result == 0 else { throw Dialogue.Silence(command: "reserve: \(reserve)") }
    let reply = try request("unpublish \(control) \(id)")
    guard reply.result == 0 else { throw Dialogue.Silence(command: "unpublish: \(reply)") }
    return reply.values[0] == 1
  }

  // MARK: Importing

  package func grant(_ what: Int, _ id: UInt64 = 0, sending: Int = -1) throws -> (code: Int32, descriptor: Int) {
    let words = try dialogue.ask("grant \(what) \(id) \(sending + 1)").split(separator: " ").compactMap { Int($0) }
    guard words.count == 2 else { throw Dialogue.Silence(command: "grant") }
    return (Int32(words[0]), words[1])
  }

  /// Opens the memory of a segment.
  ///
  /// - Returns: its descriptor, or a negative errno(3).
  package func open(_ segment: UInt32, _ flags: Int32 = O_RDWR) throws -> Int {
    try dialogue.open("segments/\(segment)/memory", flags)
  }

  package func connect(_ file: Int, _ segment: UInt32 = 0) throws -> Connection {
    let reply = try request("connect \(file) \(segment)")
    guard reply.result == 0, reply.values.count == 6 else { throw Dialogue.Silence(command: "connect: \(reply)") }
    let values = reply.values
    return Connection(
      id: values[0], length: values[1], generation: values[2], slot: values[3], rights: values[4],
      isPassthrough: values[5] == 1)
  }

  /// The address of a mapping, or a negative errno(3).
  package func map(_ file: Int, _ length: Int = 8192, _ protection: Int32 = PROT_READ | PROT_WRITE) throws -> Int {
    try number("map \(file) \(length) \(protection)")
  }

  package func peek(_ address: Int) throws -> Int { try number("peek \(address)") }
  package func poke(_ address: Int, _ value: Int) throws { _ = try number("poke \(address) \(value)") }

  /// The counter of a generation slot, by a mapping of the page.
  package func generation(_ slot: UInt64) throws -> Int {
    let page = try grant(1).descriptor
    return try peek(try map(page, 65536 * 8, PROT_READ) + Int(slot) * 8)
  }
}
