import CRSM
import RSMControl
import RSMTestSupport
import Testing

/// Somebody with a pinned handle beside those who mean harm: works, lists and reads, and measures how long it takes.
///
/// The files are read by a program of its own, so that a mount that hangs fails the test and does not hang it.
struct Bystander {
  /// The longest times.
  struct Worst: CustomStringConvertible {
    var request = Duration.zero
    var look = Duration.zero

    var description: String { "create and free \(request), list all and read a file \(look)" }
  }

  /// Far longer than anything takes; a hang takes longer.
  private static let patience = 10

  let handle: UInt64
  private let client: Dialogue
  private let reader: Dialogue
  private let controller: UInt
  private let memory: UInt

  init(on mount: TestMount, _ user: User = .other) throws {
    client = try mount.client(user)
    controller = try client.controller()
    memory = try client.memory(pages: 4)
    #expect(try client.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
    handle = try #require(try mount.handleIDs.last)
    let pid = try client.ask("pid")
    let script = """
      cd \(mount.path) && while read -r id; do
        ls handles processes >/dev/null
        ls -l . handles/$id processes/\(pid) processes/\(pid)/handles controllers >/dev/null
        sed -n 's/^State:.//p' handles/$id
      done
      """
    reader = try Dialogue(user.commandLine(["/bin/sh", "-c", script]), environment: [])
  }

  /// Does `rounds` times what a client and a person do.
  func goesOn(rounds: Int, _ location: SourceLocation = #_sourceLocation) throws -> Worst {
    var worst = Worst()
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      let created = try client.ask("create \(controller) \(memory) 8192", seconds: Self.patience).split(separator: " ")
      try #require(created.first == "0" && created.count == 2, "\(created)", sourceLocation: location)
      let freed = try client.ask("free \(controller) \(created[1])", seconds: Self.patience)
      #expect(freed == "0", sourceLocation: location)
      let middle = ContinuousClock.now
      let state = try reader.ask(String(handle), seconds: Self.patience)
      #expect(state == "pinned", sourceLocation: location)
      worst.request = max(worst.request, start.duration(to: middle))
      worst.look = max(worst.look, middle.duration(to: .now))
    }
    return worst
  }
}
