package import RSMControl

/// What a listing of processes is sorted by.
package enum ProcessOrder: String, CaseIterable, Sendable {
  /// The largest first.
  case claimed
  /// The most first.
  case handles
  /// The lowest first.
  case pid

  /// The order that a key on the keyboard asks for.
  package init?(key: Character) {
    guard let order = Self.allCases.first(where: { $0.rawValue.first == key }) else { return nil }
    self = order
  }

  /// Equals stay in the order of their ids.
  package func sorted(_ processes: [TextFields]) -> [TextFields] {
    let ranked = processes.map { process in
      (pid: Self.number(.pid, process), rank: Self.number(key, process), process: process)
    }
    return ranked.sorted { left, right in
      guard self != .pid, left.rank != right.rank else { return left.pid < right.pid }
      return left.rank > right.rank
    }.map(\.process)
  }

  private var key: ProcessFile.Key {
    switch self {
    case .claimed: .claimed
    case .handles: .handles
    case .pid: .pid
    }
  }

  private static func number(_ key: ProcessFile.Key, _ process: TextFields) -> UInt128 {
    process[key.rawValue].flatMap { UInt128($0) } ?? 0
  }
}
