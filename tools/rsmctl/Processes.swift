import ArgumentParser
import RSMTools

struct Processes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the processes that use rsm.", discussion: ListingOptions<ProcessColumns>.discussion)

  @OptionGroup var listing: ListingOptions<ProcessColumns>

  func run() throws {
    print(try listing.text(try Tool.onMount { try $0.processes() }), terminator: "")
  }
}
