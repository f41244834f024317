import Glibc
import RSM
import RSMControl
import RSMKernel
import SystemPackage

/// Very many live handles: the memory that the agent needs for each, and the time to list them.
struct HandleCrowd {
  static let count = 100_000

  private let client: Client
  private let mount: String
  private let agent: String

  init(_ client: Client, mount: String) throws {
    self.client = client
    self.mount = mount
    let status = TextFields(parsing: try TextFile.read("\(mount)/\(ControlTree.status)"))
    guard let agent = status[StatusKey.agent.rawValue] else {
      throw Problem(message: "the status file on \(mount) does not name the agent")
    }
    self.agent = agent
  }

  /// The handles all pin the same page, since what they cost the agent does not depend on that.
  func figures() throws -> [Figure] {
    let page = try WarmMemory(pageCount: 1)
    let handles = try EntryList("\(mount)/\(ControlTree.handles)")
    // What the agent loads or allocates once is not the cost of a handle.
    try client.free(try client.create(page))
    _ = try handles.count()
    let before = try agentMemory()
    let tokens = try (0..<Self.count).map { _ in try client.create(page) }
    let growth = max(0, try agentMemory() - before)
    let listing = try listingFigure(handles)
    for token in tokens { try client.free(token) }
    let perHandle = UInt64((Double(growth) / Double(Self.count)).rounded(.up))
    return [
      Figure("agent memory per handle", perHandle, "bytes", target: PinBenchmark.isJudged ? 300 : nil), listing,
    ]
  }

  private func listingFigure(_ handles: EntryList) throws -> Figure {
    let name = "list \(Self.count) handles"
    guard geteuid() == 0 else {
      Notice.write("leaving out the baseline of the listing: a tmpfs of one's own needs root")
      return Figure(name, nanoseconds: try Contest.best(of: [{ try handles.expect(Self.count) }])[0])
    }
    let plain = try EntryList(plainFiles: Self.count)
    let best = try Contest.best(of: [{ try handles.expect(Self.count) }, { try plain.expect(Self.count) }])
    return Figure(name, nanoseconds: best[0], over: "list \(Self.count) files of tmpfs", best[1])
  }

  /// Resident bytes of the agent.
  private func agentMemory() throws -> Int {
    let status = TextFields(parsing: try TextFile.read("/proc/\(agent)/status"))
    guard let kilobytes = status["VmRSS"]?.split(separator: " ").first.flatMap({ Int($0) }) else {
      throw Problem(message: "/proc/\(agent)/status has no VmRSS")
    }
    return kilobytes * 1024
  }
}
