import ArgumentParser
import RSMTools

struct Transfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures put, get and putv beside memcpy between the same memory.",
    discussion: """
      Makes a segment of its own in this process: neither a mount nor rsmd takes part. The baselines are memcpy(3) into or out of a \
      shared mapping and a full fence.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @Flag(help: "Print comma-separated values.")
  var csv = false

  @Option(help: "The core to measure on. (default: the last one this process may use)")
  var core: Int32?

  @Argument(help: "What to measure: put, get, putv. (default: all)")
  var forms: [TransferBenchmark.Form] = []

  func run() throws {
    do throws(Problem) {
      let measured = forms.isEmpty ? TransferBenchmark.Form.allCases : forms
      let listing = Listing(Figure.columns, try TransferBenchmark.run(measured, core: core))
      print(csv ? listing.csv : listing.table(), terminator: "")
    } catch {
      Notice.write(error.message)
      throw ExitCode(1)
    }
  }
}

extension TransferBenchmark.Form: ExpressibleByArgument {}
