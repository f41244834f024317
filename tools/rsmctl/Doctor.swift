import ArgumentParser
import RSMKernel
import RSMTools

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Examines this machine: what rsm needs, what is missing, what that costs and what mends it.",
    discussion: "Works without a running rsmd. The exit status is 0 if nothing fails.")

  @Flag(help: "Print a JSON array.")
  var json = false

  func validate() throws {
    do throws(KernelFeature.UnknownName) {
      _ = try KernelFeature.parse(Tool.environment(KernelFeature.variable) ?? "")
    } catch {
      throw ValidationError("\(KernelFeature.variable): \(error.message)")
    }
  }

  func run() throws {
    let findings = Symptoms(environment: Tool.environment).findings
    print(json ? Listing(Finding.columns, findings).json : Finding.text(findings), terminator: "")
    if findings.contains(where: { $0.level == .fail }) { throw ExitCode(Tool.Status.failure) }
  }
}
