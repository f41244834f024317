import ArgumentParser
import RSMTools

struct Handles: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the local memory handles you may see, with what the kernel says of each.",
    discussion:
      "A handle of another user is left out; root sees all.\n\n\(ListingOptions<HandleColumns>.discussion)")

  @OptionGroup var listing: ListingOptions<HandleColumns>

  func run() throws {
    let rows = try Tool.onMount { mount in
      try mount.handleIDs().compactMap { id in try mount.readableHandle(id) }
    }
    print(try listing.text(rows), terminator: "")
  }
}
