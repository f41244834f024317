extension Configuration {
  /// What is wrong with a line of a file.
  package struct Mistake: Error, Equatable {
    /// From 1.
    package let line: Int
    /// What is wrong and what would be right, for a person.
    package let message: String
  }

  /// Reads the text of a file: `key = value`, one per line; empty lines and those that start with `#` say nothing.
  package init(parsing text: String) throws(Mistake) {
    var lines: [Key: Int] = [:]
    for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = Self.trimmed(line)
      guard let first = content.first, first != "#" else { continue }
      let number = index + 1
      guard let sign = content.firstIndex(of: "=") else {
        throw Mistake(line: number, message: "\"\(String(content))\" is not of the form key = value")
      }
      let name = String(Self.trimmed(content[..<sign]))
      guard let key = Key(rawValue: name) else {
        let keys = Key.allCases.map(\.rawValue).joined(separator: ", ")
        throw Mistake(line: number, message: "\"\(name)\" is no key; keys are: \(keys)")
      }
      if let earlier = lines[key] {
        throw Mistake(line: number, message: "\(name) is set in line \(earlier) already")
      }
      lines[key] = number
      let spelling = String(Self.trimmed(content[content.index(after: sign)...]))
      guard let value = key.form.value(of: spelling) else {
        throw Mistake(line: number, message: "\(name) takes \(key.form.choices), not \"\(spelling)\"")
      }
      self[key] = value
    }
  }

  private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\r" }
    var rest = text.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
  }
}
