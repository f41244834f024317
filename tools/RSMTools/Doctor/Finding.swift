/// One line of `rsmctl doctor`.
package struct Finding: Equatable, Sendable {
  package enum Level: String, Sendable {
    case ok
    /// Something costs more or does not work; the rest does.
    case warn
    /// rsm does not work.
    case fail
  }

  package let level: Level
  package let name: String
  /// What it is now.
  package let state: String
  /// What it costs, unless all is well.
  package let cost: String?
  /// The command or file that mends it.
  package let remedy: String?

  static func ok(_ name: String, _ state: String) -> Finding {
    Finding(level: .ok, name: name, state: state, cost: nil, remedy: nil)
  }

  static func bad(_ level: Level, _ name: String, _ state: String, costs cost: String, mend remedy: String) -> Finding {
    Finding(level: level, name: name, state: state, cost: cost, remedy: remedy)
  }

  package static let columns: [Column<Finding>] = [
    Column("Level") { .text($0.level.rawValue) },
    Column("Name") { .text($0.name) },
    Column("State") { .text($0.state) },
    Column("Cost") { $0.cost.map { .text($0) } ?? .missing },
    Column("Remedy") { $0.remedy.map { .text($0) } ?? .missing },
  ]

  /// Lines for people: the second, where there is one, tells what it costs and what mends it.
  package static func text(_ findings: [Finding]) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    return findings.map { finding in
      let padding = String(repeating: " ", count: 6 - finding.level.rawValue.count)
      let gap = String(repeating: " ", count: width + 2 - finding.name.count)
      let line = "\(finding.level.rawValue)\(padding)\(finding.name)\(gap)\(finding.state)\n"
      guard let cost = finding.cost, let remedy = finding.remedy else { return line }
      return line + "      \(cost); to mend it: \(remedy)\n"
    }.joined()
  }
}
