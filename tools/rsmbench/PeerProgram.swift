import ArgumentParser
import CLinux
import RSMKernel
import SystemPackage

/// The process of a `Peer`.
struct PeerProgram: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "peer", shouldDisplay: false)

  @Argument var readyDescriptor: Int32
  @Argument var plainDescriptor: Int32
  @Argument var otherCore: Int32

  func run() throws {
    do {
      Limits.raiseLockLimit()
      let plain = try SharedWords(mapping: plainDescriptor)
      let memory = try WarmMemory(pageCount: 1)
      guard let words = SharedWords(at: memory.pages.start) else { return }
      words.store(0, at: Peer.question)
      let exported = try unsafe ExportedMemory(memory, loopback())
      let sharesCore = !movesAway()
      try MessageSocket(owning: readyDescriptor).send([UInt64(exported.id), sharesCore ? 1 : 0])
      Peer.serve(words, plain, yields: sharesCore)
      try exported.destroy()
    } catch let problem as Problem {
      Notice.write("peer: \(problem.message)")
      throw ExitCode(1)
    }
  }

  /// Takes the highest core that is not the other side's; false if there is none.
  private func movesAway() -> Bool {
    let last = clinux_last_core()
    return stride(from: last, through: 0, by: -1).contains { $0 != otherCore && clinux_bind_to_core(0, $0) == 0 }
  }
}
