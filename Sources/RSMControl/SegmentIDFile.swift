/// The file in which an administrator reserves segment ids for applications: a line for each, `reserved APPLICATION BASE COUNT`, the
/// base hexadecimal, the count decimal. Words compare without regard to case; `#` begins a comment line.
package enum SegmentIDFile {
  package static let standardPath = "/etc/rsm/rsm.segmentid"
  /// Names another file.
  package static let variable = "RSM_SEGMENTID"
  private static let keywords = ["reserved", "reserve"]

  package struct Entry: KeyedFile, Equatable, Sendable {
    package enum Key: String, CaseIterable, Sendable {
      case application = "Application"
      case first = "First"
      case count = "Count"
    }

    package let application: String
    /// The first segment id.
    package let base: UInt32
    package let count: UInt32

    package func value(of key: Key) -> String {
      switch key {
      case .application: application
      case .first: "0x" + String(base, radix: 16)
      case .count: String(count)
      }
    }
  }

  /// What is wrong with a line.
  package struct Mistake: Error, Equatable {
    /// From 1.
    package let line: Int
    package let message: String
  }

  /// The first entry of an application. Lines after it are not looked at.
  package static func entry(of application: String, in text: String) throws(Mistake) -> Entry? {
    for line in lines(of: text) {
      let fields = try fields(of: line)
      if fields[1].lowercased() == application.lowercased() { return try entry(fields, line.number) }
    }
    return nil
  }

  /// All entries.
  package static func entries(in text: String) throws(Mistake) -> [Entry] {
    var entries: [Entry] = []
    for line in lines(of: text) { entries.append(try entry(try fields(of: line), line.number)) }
    return entries
  }

  private typealias Line = (number: Int, words: [Substring])

  /// The lines that say something.
  private static func lines(of text: String) -> [Line] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      return words.first.map { $0.hasPrefix("#") } ?? true ? nil : (index + 1, words)
    }
  }

  private static func fields(of line: Line) throws(Mistake) -> [Substring] {
    guard line.words.count >= 4 else {
      throw Mistake(
        line: line.number, message: "\(line.words.count) words where four belong: reserved APPLICATION BASE COUNT")
    }
    return line.words
  }

  private static func entry(_ fields: [Substring], _ line: Int) throws(Mistake) -> Entry {
    guard keywords.contains(fields[0].lowercased()) else {
      throw Mistake(line: line, message: "\"\(fields[0])\" is no keyword; \"reserved\" is")
    }
    let digits = fields[2].lowercased().hasPrefix("0x") ? fields[2].dropFirst(2) : fields[2]
    guard digits.first?.isHexDigit == true, let base = UInt32(digits, radix: 16) else {
      throw Mistake(line: line, message: "\"\(fields[2])\" is no hexadecimal number of at most 32 bits")
    }
    guard fields[3].first?.isWholeNumber == true, let count = UInt32(fields[3]) else {
      throw Mistake(line: line, message: "\"\(fields[3])\" is no decimal number from 0 to \(UInt32.max)")
    }
    return Entry(application: String(fields[1]), base: base, count: count)
  }
}
