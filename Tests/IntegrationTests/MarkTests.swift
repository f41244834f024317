import RSMKernel
import RSMTestSupport
import Testing

/// Threads in the middle of puts, and those who wait for them.
@Suite struct MarkTests {
  @Test(arguments: [[], ["never"], ["late"]])
  func nobodyPutsThroughWhatIsGoneAndNobodyWaitsForThreadsThatAreNotThere(withoutBarrier: [String]) throws {
    let mount = try TestMount()
    let program = try Dialogue([Workbench.shared.program("marks")] + withoutBarrier, environment: mount.environment)
    #expect(try program.hear("end of the puts") == "done 0")
    #expect(try program.process.wait() == .exited(0))
  }
}
