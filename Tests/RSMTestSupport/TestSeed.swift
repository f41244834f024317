import Glibc

/// The seeds of random tests: the same in every run, unless RSM_SEED says how far they are to be from that.
package enum TestSeed {
  private static let offset = unsafe getenv("RSM_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? 0

  package static func seed(_ standard: some BinaryInteger) -> UInt64 { UInt64(standard) &+ offset }
}
