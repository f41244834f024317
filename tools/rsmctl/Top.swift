import ArgumentParser
import RSMControl
import RSMTools

extension ProcessOrder: ExpressibleByArgument {}

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the processes that use rsm, every second anew.",
    discussion: """
      Keys: c sorts by claimed memory, h by handles, p by process id; q ends it. Where the output is no terminal, or with --json, it \
      is one listing.

      \(ListingOptions<ProcessColumns>.discussion)
      """)

  @Option(name: .customLong("sort"), help: "What to sort by.")
  var order = ProcessOrder.claimed

  @OptionGroup var listing: ListingOptions<ProcessColumns>

  func run() throws {
    let signal = try Tool.onMount { mount in
      guard Tool.hasScreen, !listing.json else {
        print(try listing.text(order.sorted(try mount.processes())), terminator: "")
        return nil as Int32?
      }
      var order = order
      return try LiveView.run(bold: Tool.usesBold && !listing.noHeadings ? 2 : nil) {
        try lines(of: mount, by: order)
      } press: { key in
        order = ProcessOrder(key: key) ?? order
        return key != "q"
      }
    }
    if let signal { throw ExitCode(128 + signal) }
  }

  private func lines(of mount: ControlMount, by order: ProcessOrder) throws -> [String] {
    let status = try mount.status()
    func value(_ key: StatusKey) -> String { status[key.rawValue] ?? "-" }
    let claimed = UInt128(value(.claimed)).map(HumanSize.text) ?? "-"
    return [
      "rsmd on \(mount.path): processes \(value(.processes)), handles \(value(.handles)), claimed \(claimed)",
      "sorted by \(order.rawValue); keys: c claimed, h handles, p pid, q quit",
    ] + (try listing.lines(order.sorted(try mount.processes())))
  }
}
