package import SystemPackage

/// What is mounted where: read from /proc/self/mountinfo, which touches none of the mounts (proc_pid_mountinfo(5)).
package struct MountTable: Sendable {
  package struct Entry: Equatable, Sendable {
    package let id: Int
    package let path: String
    package let type: String
    package let source: String
    /// Of the filesystem, separated by commas.
    package let options: String
  }

  package let entries: [Entry]

  /// Tells its changes by urgent events (`EPOLLPRI`).
  package static let path = "/proc/self/mountinfo"

  package init() throws(Errno) {
    self.init(parsing: try TextFile.read(Self.path))
  }

  package init(parsing text: String) {
    entries = text.split(separator: "\n").compactMap { Entry(line: $0) }
  }

  /// What is mounted on `path`; where several mounts lie upon each other, the uppermost.
  package func top(at path: String) -> Entry? {
    entries.last { $0.path == path }
  }
}

extension MountTable.Entry {
  /// `ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [FIELD…] - TYPE SOURCE OPTIONS`
  fileprivate init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard let dash = fields.firstIndex(of: "-"), dash > 5, fields.count > dash + 2, let id = Int(fields[0]) else {
      return nil
    }
    self.id = id
    path = Self.unescaped(fields[4])
    type = Self.unescaped(fields[dash + 1])
    source = Self.unescaped(fields[dash + 2])
    options = fields.count > dash + 3 ? String(fields[dash + 3]) : ""
  }

  /// Blanks and backslashes are written as `\` and three octal digits.
  private static func unescaped(_ field: Substring) -> String {
    let parts = field.split(separator: "\\", omittingEmptySubsequences: false)
    var bytes = Array(parts[0].utf8)
    for part in parts.dropFirst() {
      if let byte = UInt8(part.prefix(3), radix: 8) { bytes.append(byte) }
      bytes += part.dropFirst(3).utf8
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
