import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// `rsmctl top` into a pipe and on a terminal of its own.
@Suite struct TopTests {
  private let rsmctl = Workbench.shared.program("rsmctl")

  private func run(_ script: String, on mount: TestMount) async throws -> Shell.Outcome {
    try await Shell.run(
      script, environment: [MountPoint.variable: mount.path, "TERM": "xterm", "NO_COLOR": ""])
  }

  /// Three processes: with one large handle, with two small ones, with none.
  private func clients(on mount: TestMount) throws -> [Dialogue] {
    let counts: [[UInt]] = [[100], [1, 1], []]
    return try counts.map { lengths in
      let client = try mount.client()
      let controller = try client.controller()
      let memory = try client.memory(pages: 100)
      for pages in lengths { _ = try client.create(controller, memory, pages * 4096) }
      return client
    }
  }

  @Test func itIsOneListingInAPipe() async throws {
    let mount = try TestMount()
    let clients = try clients(on: mount)
    let pids = try clients.map { try $0.ask("pid") }
    let top = "\(rsmctl) top --noheadings --output pid"
    #expect(try await run("\(top) | cat", on: mount).output == pids.map { "\($0)\n" }.joined())
    #expect(
      try await run("\(top) --sort handles | cat", on: mount).output == "\(pids[1])\n\(pids[0])\n\(pids[2])\n")
    let ascending = pids.compactMap { Int32($0) }.sorted().map { "\($0)\n" }.joined()
    #expect(try await run("\(top) --sort pid | cat", on: mount).output == ascending)
    let table = try await run("\(rsmctl) top --output claimed,handles | cat", on: mount).output
    #expect(table == "CLAIMED  HANDLES\n   400K        1\n     8K        2\n     0B        0\n")
    #expect(try await run("\(rsmctl) top --sort size 2>/dev/null; echo $?", on: mount).output == "64\n")
  }

  @Test func keysSortItOnATerminal() async throws {
    guard unsafe access("/usr/bin/script", X_OK) == 0 else { try Test.cancel("script(1) is missing") }
    let mount = try TestMount()
    let clients = try clients(on: mount)
    let pids = try clients.map { try $0.ask("pid") }
    let outcome = try await run(
      """
      (sleep 0.5; printf h; sleep 0.3; printf p; sleep 1.5; printf q) |
        script -qec 'stty -g; \(rsmctl) top --output pid,handles; echo status $?; stty -g' /dev/null
      """, on: mount)
    let text = outcome.output
    #expect(text.contains("\u{1b}[?1049h") && text.contains("\u{1b}[?25h\u{1b}[?1049l"))
    #expect(text.contains("processes 3, handles 3, claimed 408K"))
    #expect(text.contains("\u{1b}[1m") && text.contains("sorted by claimed") && text.contains("status 0"))
    let frames = text.split(separator: "\u{1b}[H").dropFirst().map { frame in
      frame.split(separator: "\u{1b}[K").compactMap { line in
        pids.first { line.split(whereSeparator: \.isWhitespace).first == $0[...] }
      }
    }
    let ascending = pids.compactMap { Int32($0) }.sorted().map(String.init)
    #expect(frames.first == pids)
    #expect(frames.contains([pids[1], pids[0], pids[2]]))
    #expect(frames.last == ascending)
    #expect(frames.count >= 4, "a frame every second")
    let settings = text.split(whereSeparator: \.isNewline).filter { $0.contains(":") && !$0.contains(" ") }
    #expect(settings.count == 2 && settings.first == settings.last)
  }

  @Test(arguments: ["TERM", "HUP"])
  func signalsLeaveTheTerminalAsItWas(signal: String) async throws {
    guard unsafe access("/usr/bin/script", X_OK) == 0 else { try Test.cancel("script(1) is missing") }
    let mount = try TestMount()
    let script = """
      stty -g; \(rsmctl) top </dev/tty & sleep 0.7; kill -\(signal) $!; wait $!; echo status $?; stty -g
      """
    let text = try await run("script -qec '\(script)' /dev/null </dev/null", on: mount).output
    let status = signal == "TERM" ? 143 : 129
    #expect(text.contains("\u{1b}[?25h\u{1b}[?1049l"))
    let settings = text.split(whereSeparator: \.isNewline).filter { $0.contains(":") && !$0.contains(" ") }
    #expect(settings.count == 2 && settings.first == settings.last, "\(text)")
    #expect(text.contains("status \(status)"))
  }

  @Test func theInterruptKeyEndsIt() async throws {
    guard unsafe access("/usr/bin/script", X_OK) == 0 else { try Test.cancel("script(1) is missing") }
    let mount = try TestMount()
    let text = try await run(
      "(sleep 0.7; printf '\\003'; sleep 0.3) | script -qec 'trap : INT; \(rsmctl) top; echo status $?' /dev/null",
      on: mount
    ).output
    #expect(text.contains("\u{1b}[?25h\u{1b}[?1049l") && text.contains("status 130"))
  }

  @Test func theEndOfTheAgentIsItsEnd() async throws {
    guard unsafe access("/usr/bin/script", X_OK) == 0 else { try Test.cancel("script(1) is missing") }
    let mount = try TestMount()
    let text = try await run(
      """
      (sleep 0.7; kill \(mount.daemon.process.pid); sleep 2) |
        script -qec '\(rsmctl) top; echo status $?' /dev/null
      """, on: mount
    ).output
    let parts = text.split(separator: "\u{1b}[?1049l")
    #expect(parts.count == 2 && parts.last?.contains("rsmctl: ") == true)
    #expect(text.contains("status 69") || text.contains("status 1"))
  }
}
