import Glibc
package import SystemPackage

/// Small text files of the kernel and of the control filesystem.
package enum TextFile {
  /// The whole of a file, read from the start until the end of file.
  package static func read(_ path: String) throws(Errno) -> String {
    var bytes: [UInt8] = []
    try forEachPart(path) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number of lines, in memory that does not grow with them.
  package static func countLines(_ path: String) throws(Errno) -> Int {
    var lines = 0
    try forEachPart(path) { part in lines += part.count { $0 == UInt8(ascii: "\n") } }
    return lines
  }

  private static func forEachPart(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(Errno) {
    let file = try Descriptor(opening: path, flags: O_RDONLY)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try checkedRetrying { unsafe Glibc.read(file.raw, &buffer, buffer.count) }
      guard count > 0 else { return }
      body(buffer[..<count])
    }
  }
}
