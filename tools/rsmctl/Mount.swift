import ArgumentParser
import RSMControl
import RSMKernel
import RSMTools

struct Mount: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Starts rsmd in the background and returns when it answers.",
    discussion: """
      Prints the directory. Without DIR it is $\(MountPoint.variable), or else \(MountPoint.system) for root and \
      $XDG_RUNTIME_DIR/rsm for others; it is made if it is missing. What a killed rsmd has left there is replaced.
      """)

  @Argument(help: ArgumentHelp("Where to mount.", valueName: "dir"))
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "Where rsmd logs (default: /var/log/rsmd.log for root, $XDG_RUNTIME_DIR/rsm.log for others).", valueName: "file"))
  var log: String?

  @Option(help: ArgumentHelp("Limits and policies, instead of the file at the default place.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp("Processes that ask the kernel about other processes' memory, 0 to 64.", valueName: "number"))
  var inspectors: Int?

  @Option(
    help: ArgumentHelp(
      "Kernel features to do without, separated by commas (default: $\(KernelFeature.variable)).", valueName: "names"))
  var without: String?

  func run() throws {
    let options =
      (inspectors.map { ["--inspectors", String($0)] } ?? []) + (without.map { ["--without", $0] } ?? [])
    print(try Tool.mount(directory, log: log, config: config, options))
  }
}
