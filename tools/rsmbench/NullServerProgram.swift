import ArgumentParser
import CNullServer
import RSMTools

/// The server half of `NullServer`, in a process of its own.
struct NullServerProgram: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "null-server", shouldDisplay: false)

  @Argument var directory: String
  @Argument var readyDescriptor: Int32

  func run() throws {
    guard unsafe cnullserver_run(directory, readyDescriptor) == 0 else { throw ExitCode(1) }
  }
}
