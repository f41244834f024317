import ArgumentParser
import RSMTools

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Prints what rsmd says of itself.")

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    Tool.print(try Tool.onMount { try $0.status() }, json: json)
  }
}
