import ArgumentParser
import RSMTools

/// What all measurements are told, and how they tell what they have found.
struct Measurement: ParsableArguments {
  @Flag(help: "Print comma-separated values.")
  var csv = false

  @Option(help: "The core to measure on. (default: the last one this process may use)")
  var core: Int32?

  /// Prints the figures, or why there are none.
  func report(_ figures: (Int32?) throws -> [Figure]) throws {
    do {
      let listing = Listing(Figure.columns, try figures(core))
      print(csv ? listing.csv : listing.table(), terminator: "")
    } catch let problem as Problem {
      Notice.write(problem.message)
      throw ExitCode(1)
    }
  }
}
