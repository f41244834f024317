import RSMTools

/// One line of the report.
struct Figure {
  let name: String
  /// Rounded: the ratio comes from the exact numbers.
  let value: UInt64
  let unit: String
  var baseline: String?
  var ratio: Double?
  /// The most that the ratio, or the value of a figure that has no baseline, should be.
  var target: Double?

  /// A time beside that of the same work without rsm, both in nanoseconds.
  init(_ name: String, nanoseconds: Double, over baseline: String, _ baselineNanoseconds: Double, target: Double? = nil)
  {
    self.init(name, nanoseconds: nanoseconds)
    self.baseline = baseline
    self.ratio = nanoseconds / baselineNanoseconds
    self.target = target
  }

  init(_ name: String, nanoseconds: Double) {
    self.init(name, UInt64(nanoseconds.rounded()), "ns")
  }

  init(_ name: String, _ value: UInt64, _ unit: String, target: Double? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.target = target
  }

  private var verdict: String? {
    target.map { (ratio ?? Double(value)) <= $0 ? "reached" : "missed" }
  }

  static let columns: [Column<Figure>] = [
    Column("name") { .text($0.name) },
    Column("value") { .number($0.value) },
    Column("unit") { .text($0.unit) },
    Column("baseline") { $0.baseline.map { .text($0) } ?? .missing },
    Column("ratio") { $0.ratio.map { .ratio($0) } ?? .missing },
    Column("target") { figure in
      guard let target = figure.target else { return .missing }
      return figure.ratio == nil ? .number(UInt64(target)) : .ratio(target)
    },
    Column("verdict") { $0.verdict.map { .text($0) } ?? .missing },
  ]
}
