import ArgumentParser

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures importing a segment: connecting and mapping, and how soon a peer sees a put.",
    discussion: """
      Starts a control filesystem of its own and leaves nothing behind. The baselines are a file of tmpfs, opened and mapped, and a \
      store to plain shared memory. The peer is a process on another core, where there is one, that waits for a word to change and \
      answers with a store.

      Exit status: 0 after measuring, 1 if something could not be measured, 64 for wrong usage.
      """)

  @OptionGroup var measurement: Measurement

  func run() throws {
    try measurement.report { core in try ImportBenchmark.run(core: core) }
  }
}
