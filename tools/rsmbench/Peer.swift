import CLinux
import Glibc
import RSMKernel
import RSMTools
import SystemPackage

/// A process that exports a page and watches two words, one in it and one in plain shared memory: it answers a change of either
/// with a store of the same number beside it.
final class Peer {
  /// Words of both memories: what is watched, and on another cache line the answer.
  static let question = 0
  static let answer = 8
  /// What ends it, as a question in the plain memory.
  static let end = UInt64.max

  let segment: UInt32
  /// Whether it shares the core, and whoever waits for it must yield.
  let sharesCore: Bool
  let plain: SharedWords
  private let process: ChildProcess

  /// - Parameter core: that of the other side.
  init(besides core: Int32) throws(Problem) {
    do {
      let file = Descriptor(owning: try checked { unsafe clinux_memfd_create("rsmbench") })
      let descriptor = file.raw
      _ = try checked { ftruncate(descriptor, off_t(pageSize)) }
      plain = try SharedWords(mapping: descriptor)
      let pair = try MessageSocket.Pair()
      process = try ChildProcess(
        ["/proc/self/exe", "peer", "3", "4", String(core)], descriptors: [0, 1, 2, pair.theirs.raw, descriptor],
        isCompanion: true)
      let ready = pair.takeOurs()
      guard let words = try ready.receive(limit: 2)?.words, words.count == 2 else {
        throw Problem(message: "the peer ended with status \(try process.wait().shellCode)")
      }
      segment = UInt32(words[0])
      sharesCore = words[1] != 0
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(message: "cannot start the peer: \(error)")
    }
  }

  func stop() {
    plain.store(Self.end, at: Self.question)
    _ = try? process.wait()
  }

  /// The other side: does not return before it is told to end.
  static func serve(_ exported: SharedWords, _ plain: SharedWords, yields: Bool) {
    var last = (exported: UInt64(0), plain: UInt64(0))
    while true {
      let asked = exported.load(at: question)
      if asked != last.exported {
        exported.store(asked, at: answer)
        last.exported = asked
      }
      let other = plain.load(at: question)
      if other == end { return }
      if other != last.plain {
        plain.store(other, at: answer)
        last.plain = other
      }
      if yields { sched_yield() }
    }
  }
}
