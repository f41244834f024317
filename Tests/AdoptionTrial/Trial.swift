import CStores
import Glibc
import RSMKernel
import RSMPinning
import SystemPackage

/// Runs one case in a process of its own and prints what came of it.
@main struct Trial {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst().compactMap { UInt($0) }
    do {
      switch arguments.first {
      case "roundtrips": try RoundTrips(count: numbers[0], pages: numbers[1]).run()
      case "unfenced": try RoundTrips(count: numbers[0], pages: numbers[1]).runUnfenced()
      case "locked": try Cases.locked(bytes: numbers[0])
      case "overlocked": try Cases.overlocked(bytes: numbers[0])
      case "data": try Cases.adopt(stores_data(), Cases.SecondThread(rawValue: numbers[0]))
      case "zeroed": try Cases.adopt(stores_zeroed(), Cases.SecondThread(rawValue: numbers[0]))
      case "pinned": try Cases.pinned()
      case "cost": try Cost(megabytes: numbers[0]).print()
      default: fatal("no such case")
      }
    } catch {
      fatal("\(error)")
    }
  }

  private static func fatal(_ message: String) -> Never {
    print("error\t\(message)")
    exit(1)
  }

  static func memory(of byteCount: UInt) throws(Errno) -> Descriptor {
    Descriptor(owning: try checked { stores_memfd(Int(byteCount)) })
  }

  static func range(of mapping: borrowing Mapping) -> PageRange {
    PageRange(start: mapping.start, end: mapping.rest?.end ?? mapping.start + pageSize)
  }

  static func report(_ error: RelocationError) {
    print("refused\t\(error.explanation)")
  }
}
