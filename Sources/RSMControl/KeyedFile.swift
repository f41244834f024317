/// A file of the control filesystem with a fixed list of keys, written in the order of their declaration.
package protocol KeyedFile {
  associatedtype Key: RawRepresentable<String>, CaseIterable

  func value(of key: Key) -> String
}

extension KeyedFile {
  package var text: String {
    Key.allCases.reduce(into: TextFields()) { $0.append($1.rawValue, value(of: $1)) }.text
  }
}
