import ArgumentParser
import RSMControl
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

  func run() throws {
    print(try Tool.mount(directory, log: log))
  }
}
