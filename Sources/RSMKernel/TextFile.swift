import Glibc
package import SystemPackage

/// Small text files of the kernel and of the control filesystem.
package enum TextFile {
  /// The whole of a file, read from the start until the end of file.
  package static func read(_ path: String) throws(Errno) -> String {
    let file = try Descriptor(opening: path, flags: O_RDONLY)
    var bytes: [UInt8] = []
    while true {
      let part = try readPart(file.raw)
      guard !part.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
      bytes += part
    }
  }

  private static func readPart(_ descriptor: Int32) throws(Errno) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = try checkedRetrying { unsafe Glibc.read(descriptor, &buffer, buffer.count) }
    return Array(buffer.prefix(count))
  }
}
