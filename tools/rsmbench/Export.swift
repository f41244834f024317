import ArgumentParser

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures exporting memory: creating, publishing and destroying a segment.",
    discussion: """
      Starts a control filesystem of its own and leaves nothing behind. The baselines are memcpy(3) of as many bytes, which lie in no \
      cache, and locking and unlocking them. A missed target is no failure of the measurement.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @OptionGroup var measurement: Measurement

  func run() throws {
    try measurement.report { core in try ExportBenchmark.run(core: core) }
  }
}
