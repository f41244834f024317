import ArgumentParser
import RSMControl

@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rsmbench",
    abstract: "Measures what rsm adds to what the kernel charges for the same work.",
    discussion: """
      Every figure stands beside a baseline measured in the same run on the same core. Ratios can be compared between runs and \
      machines, times cannot.
      """,
    version: "rsmbench \(Release.version)",
    subcommands: [Pin.self, Export.self, Import.self, Transfer.self, NullServerProgram.self, PeerProgram.self])
}
