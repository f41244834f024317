import ArgumentParser
import RSMTools

struct Unmount: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends the rsmd that serves a directory, or takes away what a killed one has left.",
    discussion: "Without DIR it is the directory that rsmctl mount takes. A mount that hangs is ended as well.")

  @Argument(help: ArgumentHelp("Where it is mounted.", valueName: "dir"))
  var directory: String?

  func run() throws {
    try Tool.unmount(directory)
  }
}
