/// How values of a key of `rsmd.conf` are spelled.
package struct ValueForm: Sendable {
  private let range: ClosedRange<UInt64>
  /// Whether it counts bytes and takes a suffix.
  private let isSize: Bool
  /// A word that may stand for a number.
  private let word: String?
  private let meaning: UInt64

  static func number(_ range: ClosedRange<UInt64>, or word: String? = nil, meaning: UInt64 = 0) -> ValueForm {
    ValueForm(range: range, isSize: false, word: word, meaning: meaning)
  }

  static func size(or word: String, meaning: UInt64) -> ValueForm {
    ValueForm(range: 1...(.max - 1), isSize: true, word: word, meaning: meaning)
  }

  /// What may be written, for a person.
  package var choices: String {
    let numbers =
      isSize
      ? "a number of bytes (K, M, G and T behind it multiply by 1024 each)"
      : "a number from \(range.lowerBound) to \(range.upperBound)"
    return word.map { "\(numbers) or \($0)" } ?? numbers
  }

  /// The number that `text` spells, nil if it is none of the choices.
  package func value(of text: String) -> UInt64? {
    if text == word { return meaning }
    var digits = text[...]
    var scale: UInt64 = 1
    if isSize, let suffix = digits.last, let power = ["K", "M", "G", "T"].firstIndex(of: suffix.uppercased()) {
      scale = 1 << UInt64(10 * (power + 1))
      digits.removeLast()
    }
    guard let first = digits.utf8.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first, let number = UInt64(digits)
    else { return nil }
    let (value, isTooLarge) = number.multipliedReportingOverflow(by: scale)
    return isTooLarge || !range.contains(value) ? nil : value
  }

  /// The spelling of a value, in base units.
  package func text(_ value: UInt64) -> String {
    if let word, value == meaning { return word }
    return String(value)
  }
}
