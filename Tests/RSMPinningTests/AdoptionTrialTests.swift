import Glibc
import RSMKernel
import RSMTestSupport
import RSMTools
import SystemPackage
import Testing

/// What takes a process of its own: stores meanwhile, one thread only, limits, ordinary users.
@Suite struct AdoptionTrialTests {
  /// Runs one case and answers the lines it printed, by their first word.
  private func run(_ arguments: String, as user: User = .current, without: String = "") async throws -> [String: String]
  {
    let directory = try TemporaryDirectory.make(in: "/tmp", prefix: "rsm-adoption")
    defer { unsafe rmdir(directory) }
    let program = "\(directory)/adoptiontrial"
    defer { unsafe unlink(program) }
    let command = user.commandLine([program]).joined(separator: " ")
    let script = """
      chmod 755 \(directory) && cp \(Executable.sibling("adoptiontrial")) \(program) || exit 1
      RSM_WITHOUT=\(without) exec timeout --signal=KILL 300 \(command) \(arguments)
      """
    let outcome = try await Shell.run(script)
    #expect(outcome.isSuccess, "\(outcome.output) \(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1).map { String($0) } }
    return Dictionary(lines.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { _, last in last }
  }

  /// RSM_ADOPTIONS asks for another number of round trips.
  private static func roundTrips(_ count: Int) -> Int {
    guard let text = unsafe getenv("RSM_ADOPTIONS") else { return count }
    return unsafe Int(String(cString: text)) ?? count
  }

  private func expectNothingLost(_ result: [String: String]) {
    for key in ["lost", "handledlost", "mismatches", "failedreads", "badchildren", "inexact"] {
      #expect(result[key] == "0", "\(result)")
    }
    #expect(result["locked"] == "true")
    for key in ["stores", "handled", "children"] {
      #expect((result[key].flatMap { Int($0) } ?? 0) > 0, "\(key) of \(result)")
    }
  }

  @Test func noStoreIsLost() async throws {
    let result = try await run("roundtrips \(Self.roundTrips(1500)) 16")
    expectNothingLost(result)
    if result["fence"] == "full" { #expect(result["reads"] != "0") }
  }

  @Test func noStoreIsLostInMemoryOfSeveralChunks() async throws {
    expectNothingLost(try await run("roundtrips \(Self.roundTrips(1500) / 15) 600"))
  }

  @Test func noStoreOfAnOrdinaryUserIsLost() async throws {
    let result = try await run("roundtrips \(Self.roundTrips(1500) / 3) 16", as: .anybody, without: "userfaultfd")
    expectNothingLost(result)
    #expect(result["fence"] == "user")
  }

  /// The tests above would see a loss.
  @Test func withoutAFenceStoresAreLost() async throws {
    let result = try await run("unfenced 1000 64")
    #expect(result["lost"] != nil && result["lost"] != "0")
  }

  @Test func allThatMayBeLockedMoves() async throws {
    let limited = User(uid: User.anybody.uid, lockLimit: 8 << 20)
    let result = try await run("locked \(8 << 20)", as: limited)
    #expect(result == ["adopted": "\(8 << 20)", "released": "\(8 << 20)", "losses": "false"])
  }

  @Test func aLockThatIsRefusedIsReported() async throws {
    let limited = User(uid: User.anybody.uid, lockLimit: 8 << 20)
    let result = try await run("overlocked \(6 << 20)", as: limited)
    #expect(result["refused"]?.contains("raise RLIMIT_MEMLOCK") == true, "\(result)")
    #expect(result["refused"]?.contains("part of the range has moved or lost its lock") == true, "\(result)")
    #expect(result["isprivate"] == "true" && result["contents"] == "9")
    #expect((result["locked"].flatMap { Int($0) } ?? 0) >= 4 << 20, "only one chunk lost its lock: \(result)")
  }

  @Test(arguments: ["", "userfaultfd,userfaultfd-user-mode"]) func aProcessWithOneThreadNeedsNoFence(
    _ without: String
  ) async throws {
    for memory in ["data", "zeroed"] {
      let result = try await run("\(memory) 0", without: without)
      #expect(result == ["contents": "42", "stored": "43", "after": "42 43", "unfenced": "false"])
    }
  }

  @Test func dataOfAProcessWithThreadsIsRefused() async throws {
    let result = try await run("data 1")
    #expect(result["refused"]?.contains(".data, a private mapping of a file") == true, "\(result)")
    #expect(result["contents"] == "42")
    #expect(try await run("zeroed 1")["stored"] == "43", "anonymous memory is not")
  }

  @Test func threadsWithoutUserfaultfdAreRefused() async throws {
    let result = try await run("zeroed 1", without: "userfaultfd,userfaultfd-user-mode")
    #expect(result["refused"]?.contains("userfaultfd(2) is refused") == true, "\(result)")
    #expect(result["contents"] == "42")
  }

  @Test func releaseWithoutUserfaultfdIsDoneAndReported() async throws {
    let fenced = try await run("data 2")
    #expect(fenced == ["contents": "42", "stored": "43", "after": "42 43", "unfenced": "false"])
    let unfenced = try await run("data 2", without: "userfaultfd,userfaultfd-user-mode")
    #expect(unfenced == ["contents": "42", "stored": "43", "after": "42 43", "unfenced": "true"])
  }

  @Test func memoryThatTheKernelHasPinnedIsRefused() async throws {
    let result = try await run("pinned")
    if let reason = result["unavailable"] { try Test.cancel("io_uring: \(reason)") }
    #expect(result["refused"]?.contains("VmPin") == true, "\(result)")
    #expect(result["isprivate"] == "true")
  }
}
