import ArgumentParser

struct Pin: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures pinned memory: creating and freeing handles, the memory a handle costs, listing.",
    discussion: """
      Starts a control filesystem of its own and leaves nothing behind. The targets hold for root's mounts; without root none is \
      judged, and what needs root is left out. A missed target is no failure of the measurement.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @OptionGroup var measurement: Measurement

  func run() throws {
    try measurement.report { core in try PinBenchmark.run(core: core) }
  }
}
