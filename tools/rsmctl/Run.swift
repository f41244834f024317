import ArgumentParser
import Glibc
import RSMControl
import RSMTools

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a program on a control filesystem of its own.",
    discussion: "Sets \(MountPoint.variable) for it and passes its exit status on. Nothing is left afterwards.")

  @Argument(parsing: .postTerminator, help: "The program and its arguments.")
  var program: [String]

  func validate() throws {
    guard !program.isEmpty else { throw ValidationError("give a program after --, as in: rsmctl run -- ./a.out") }
  }

  func run() throws {
    throw ExitCode(try Tool.run(program))
  }
}
