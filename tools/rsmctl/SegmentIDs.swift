import ArgumentParser
import RSMControl
import RSMKernel
import RSMTools
import SystemPackage

struct SegmentIDs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segment-ids", abstract: "Lists the segment ids that are reserved for applications.",
    discussion: ListingOptions<SegmentIDColumns>.discussion)

  @OptionGroup var listing: ListingOptions<SegmentIDColumns>

  func run() throws {
    let path = Tool.environment(SegmentIDFile.variable) ?? SegmentIDFile.standardPath
    let text: String
    do throws(Errno) {
      text = try TextFile.read(path)
    } catch {
      throw Tool.fail("cannot read \(path): \(error)", status: Tool.Status.failure)
    }
    let entries: [SegmentIDFile.Entry]
    do throws(SegmentIDFile.Mistake) {
      entries = try SegmentIDFile.entries(in: text)
    } catch {
      throw Tool.fail("\(path):\(error.line): \(error.message)", status: Tool.Status.failure)
    }
    print(try listing.text(entries.map { TextFields(parsing: $0.text) }), terminator: "")
  }
}
