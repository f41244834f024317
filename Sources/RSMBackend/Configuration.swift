/// What `rsmd.conf` sets: a number for each key, and the built-in one where the file says nothing.
package struct Configuration: Equatable, Sendable {
  private var values = Key.allCases.map(\.standard)

  package init() {}

  package subscript(key: Key) -> UInt64 {
    get { values[key.index] }
    set { values[key.index] = newValue }
  }

  /// Makes a limit no higher than `most`.
  package mutating func lower(_ key: Key, to most: UInt64) {
    self[key] = min(self[key], most)
  }

  /// The value of `key` as the file would spell it.
  package func text(of key: Key) -> String {
    key.form.text(self[key])
  }

  // MARK: As arguments

  /// One `key=value` for each key, for a program that is started with this configuration.
  package var arguments: [String] {
    Key.allCases.map { "\($0.rawValue)=\(text(of: $0))" }
  }

  /// Reads what `arguments` writes; nil if it is anything else.
  package init?(arguments: some Sequence<String>) {
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let key = Key(rawValue: String(parts[0])),
        let value = key.form.value(of: String(parts[1]))
      else { return nil }
      self[key] = value
    }
  }
}
