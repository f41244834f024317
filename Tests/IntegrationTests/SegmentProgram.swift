import CRSM
import Glibc
import RSMKernel
import RSMTestSupport
import Testing

/// Tests/Fixtures/segclient.c in Swift: a C program that calls the functions of segments.
final class SegmentProgram {
  static let page: UInt = 4096
  private let dialogue: Dialogue

  /// - Parameter groups: the supplementary groups, none if nil.
  init(_ mount: TestMount, _ user: User = .anybody, groups: [UInt32]? = nil) throws {
    let program = user.commandLine([Workbench.shared.program("segclient")], groups: groups)
    dialogue = try Dialogue(program, environment: mount.environment)
  }

  var pid: Int32 { get throws { Int32(try ask("pid")) ?? 0 } }

  func ask(_ command: String) throws -> String { try dialogue.ask(command) }

  func kill() { dialogue.process.process.kill() }

  /// Ends by itself, in order.
  func exit() throws { try dialogue.say("exit") }

  /// What the function of a command returned, and the number it gave along.
  func reply(_ command: String) throws -> (code: Int32, value: UInt) { try dialogue.rsm(command) }

  func code(_ command: String) throws -> Int32 { try reply(command).code }

  func number(_ command: String) throws -> UInt { try dialogue.number(command) }

  /// Every function must return the code next to its command.
  func expect(_ rows: [(command: String, code: Int32)], _ location: SourceLocation = #_sourceLocation) throws {
    for row in rows { #expect(try code(row.command) == row.code, "\(row.command)", sourceLocation: location) }
  }

  /// Every function must succeed.
  func expectSuccess(_ commands: String..., at location: SourceLocation = #_sourceLocation) throws {
    try expect(commands.map { ($0, RSM_SUCCESS) }, location)
  }

  /// Private memory, with `value` in every page.
  func memory(pages: UInt, value: UInt = 0) throws -> UInt {
    let address = try number("mmap \(pages * Self.page) 3")
    _ = try ask("fill \(address) \(pages * Self.page) \(value)")
    return address
  }

  /// Makes an export segment of new memory.
  ///
  /// - Returns: where it lies.
  func export(_ place: Int, pages: UInt, value: UInt = 0, flags: UInt32 = 0) throws -> UInt {
    let address = try memory(pages: pages, value: value)
    let code = try code("create 1 \(place) \(address) \(pages * Self.page) \(flags)")
    try #require(code == RSM_SUCCESS)
    return address
  }

  /// Maps a segment from its start.
  func map(_ place: Int, pages: UInt, _ permission: String = "0600") throws -> UInt {
    let reply = try reply("map \(place) 0 \(permission) 0 \(pages * Self.page)")
    try #require(reply.code == RSM_SUCCESS)
    return reply.value
  }
}
