/// Runs pieces of work in turns, so that whatever disturbs the machine disturbs all of them.
enum Contest {
  typealias Work = () throws -> Void

  static let rounds = 10
  /// In each round, per piece of work.
  private static let turns = 21
  private static let turnLength: Duration = .milliseconds(1)

  /// The time of one run of each piece of work, in nanoseconds: that of its best round, a round's being the median of its turns.
  static func best(of works: [Work]) throws -> [Double] {
    let counts = try works.map { work in
      try work()
      let once = max(try duration(of: work, count: 2) / 2, .nanoseconds(1))
      return max(1, Int(turnLength / once))
    }
    // A turn of more than a few milliseconds is steady without company.
    let isLong = counts.contains(1)
    let rounds = try (0..<rounds).map { _ in try round(of: works, counts, turns: isLong ? 3 : turns) }
    return works.indices.map { index in (rounds.map { $0[index] }.min() ?? .zero) / .nanoseconds(1) }
  }

  private static func round(of works: [Work], _ counts: [Int], turns: Int) throws -> [Duration] {
    let times = try (0..<turns).map { _ in
      try works.indices.map { try duration(of: works[$0], count: counts[$0]) / counts[$0] }
    }
    return works.indices.map { index in times.map { $0[index] }.sorted()[turns / 2] }
  }

  private static func duration(of work: Work, count: Int) throws -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<count { try work() }
    return start.duration(to: clock.now)
  }
}
