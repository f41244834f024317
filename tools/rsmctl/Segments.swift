import ArgumentParser
import RSMTools

struct Segments: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the segments that are published.", discussion: ListingOptions<SegmentColumns>.discussion)

  @OptionGroup var listing: ListingOptions<SegmentColumns>

  func run() throws {
    print(try listing.text(try Tool.onMount { try $0.segments() }), terminator: "")
  }
}
