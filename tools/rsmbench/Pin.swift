import ArgumentParser
import RSMTools

struct Pin: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures pinned memory: creating and freeing handles, the memory a handle costs, listing.",
    discussion: """
      Starts a control filesystem of its own and leaves nothing behind. The targets hold for root's mounts; without root none is \
      judged, and what needs root is left out. A missed target is no failure of the measurement.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @Flag(help: "Print comma-separated values.")
  var csv = false

  @Option(help: "The core to measure on. (default: the last one this process may use)")
  var core: Int32?

  func run() throws {
    do {
      let listing = Listing(Figure.columns, try PinBenchmark.run(core: core))
      print(csv ? listing.csv : listing.table(), terminator: "")
    } catch let problem as Problem {
      Notice.write(problem.message)
      throw ExitCode(1)
    }
  }
}
