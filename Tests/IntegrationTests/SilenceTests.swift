import RSMKernel
import RSMTestSupport
import Testing

/// What put and get leave alone.
@Suite struct SilenceTests {
  @Test func transfersAreSilent() throws {
    let mount = try TestMount()
    let program = try Dialogue([Workbench.shared.program("silence")], environment: mount.environment)
    let counts = try program.hear("the numbers of transfers and of allocations")
    #expect(counts == "1200000 0", "a system call ends the thread that makes it before its last transfer")
    #expect(try program.process.wait() == .exited(0))
  }
}
