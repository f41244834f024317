import ArgumentParser

struct Transfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures put, get and putv beside memcpy between the same memory.",
    discussion: """
      Makes a segment of its own in this process: neither a mount nor rsmd takes part. The baselines are memcpy(3) into or out of a \
      shared mapping and a full fence.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @OptionGroup var measurement: Measurement

  @Argument(help: "What to measure: put, get, putv. (default: all)")
  var forms: [TransferBenchmark.Form] = []

  func run() throws {
    let measured = forms.isEmpty ? TransferBenchmark.Form.allCases : forms
    try measurement.report { core in try TransferBenchmark.run(measured, core: core) }
  }
}

extension TransferBenchmark.Form: ExpressibleByArgument {}
