import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  /// Readers of directories that never take what they asked for.
  @Suite(.enabled(if: getuid() == 0, "a userfaultfd that the kernel waits for takes root")) struct StalledReaderTests {
    @Test func readersStalledInListingsHoldUpNobodyAndCanBeKilled() throws {
      let mount = try TestMount()
      let bystander = try Bystander(on: mount)
      _ = try bystander.goesOn(rounds: 1)
      let before = try mount.tally()
      let pid = try #require(try mount.handle(bystander.handle)["Pid"])
      let directories = ["", "handles", "processes", "processes/\(pid)", "processes/\(pid)/handles", "controllers"]
      let readers = try directories.map { directory in
        try Dialogue(
          [Workbench.shared.program("stall"), "\(mount.path)/\(directory)", String(User.ordinary.uid)], environment: [])
      }
      for (reader, directory) in zip(readers, directories) {
        let word = try reader.hear("stall in \(directory)", seconds: 10)
        if word.hasPrefix("userfaultfd: ") { try Test.cancel("\(word)") }
        try #require(word == "stalled")
      }

      let newcomer = try mount.client(.ordinary)
      #expect(try newcomer.create(try newcomer.controller(), try newcomer.memory(pages: 1), 4096).code == RSM_SUCCESS)
      print("beside readers stalled in listings: \(try bystander.goesOn(rounds: 10))")
      newcomer.process.process.kill()
      #expect(try mount.returns(to: before))

      for reader in readers {
        let status = try reader.process.poll()
        #expect(status == nil, "stalled to the end")
        reader.process.process.kill()
        let isGone = reader.process.process.waitForEnd(.seconds(10))
        #expect(isGone)
      }
      _ = try bystander.goesOn(rounds: 1)
      #expect(try mount.tally() == before)
      #expect(mount.end() == .exited(0))
    }
  }
}
