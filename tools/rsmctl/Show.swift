import ArgumentParser
import RSMTools

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Prints all that is known of one handle or segment.")

  @Argument(
    help: "The number of the handle, the name of its file; with --segment, the segment id.",
    completion: .shellCommand("rsmctl handles --noheadings --output id 2>/dev/null"))
  var id: UInt64

  @Flag(help: "Show a segment.")
  var segment = false

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    guard !segment || UInt32(exactly: id) != nil else {
      throw ValidationError("\(id) is no segment id: they go up to \(UInt32.max)")
    }
  }

  func run() throws {
    let fields = try Tool.onMount { mount in
      try segment ? mount.segment(UInt32(truncatingIfNeeded: id)) : mount.handle(id)
    }
    Tool.print(fields, json: json)
  }
}
