import ArgumentParser
import RSMControl
import RSMTools

struct Handles: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the local memory handles you may see, with what the kernel says of each.",
    discussion: "Lengths are in bytes. A handle of another user is left out; root sees all.")

  @Flag(help: "Print a JSON array.")
  var json = false

  func run() throws {
    let rows = try Tool.onMount { mount in
      try mount.handleIDs().compactMap { id in try mount.readableHandle(id) }
    }
    let listing = Listing(HandleColumns.all, rows)
    print(json ? listing.json : listing.table, terminator: "")
  }
}
