import ArgumentParser
import RSMTools

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Prints all that is known of one handle.")

  @Argument(
    help: "The number of the handle, the name of its file.",
    completion: .shellCommand("rsmctl handles --noheadings --output id 2>/dev/null"))
  var id: UInt64

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    let fields = try Tool.onMount { try $0.handle(id) }
    Tool.print(fields, json: json)
  }
}
