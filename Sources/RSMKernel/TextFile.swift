import Glibc
package import SystemPackage

/// Small text files of the kernel and of the control filesystem.
package enum TextFile {
  /// The whole of a file, read from the start until the end of file.
  package static func read(_ path: String) throws(Errno) -> String {
    var bytes: [UInt8] = []
    try forEachPart(path) { part in
      bytes += part
      return true
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number of lines, in memory that does not grow with them.
  package static func countLines(_ path: String) throws(Errno) -> Int {
    var lines = 0
    try forEachPart(path) { part in
      lines += part.count { $0 == UInt8(ascii: "\n") }
      return true
    }
    return lines
  }

  /// Calls `body` with each line that ends, without its end, until it answers false.
  package static func forEachLine(_ path: String, _ body: (ArraySlice<UInt8>) -> Bool) throws(Errno) {
    var begun: [UInt8] = []
    try forEachPart(path) { part in
      var rest = part
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = begun.isEmpty ? rest[..<end] : (begun + rest[..<end])[...]
        begun = []
        rest = rest[(end + 1)...]
        guard body(line) else { return false }
      }
      begun += rest
      return true
    }
  }

  private static func forEachPart(_ path: String, _ body: (ArraySlice<UInt8>) -> Bool) throws(Errno) {
    let file = try Descriptor(opening: path, flags: O_RDONLY)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try checkedRetrying { unsafe Glibc.read(file.raw, &buffer, buffer.count) }
      guard count > 0, body(buffer[..<count]) else { return }
    }
  }
}
