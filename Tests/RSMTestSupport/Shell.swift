import Subprocess
import SystemPackage

/// Runs a script and collects what it prints.
package enum Shell {
  package struct Outcome: Sendable {
    package let output: String
    package let errors: String
    package let isSuccess: Bool
  }

  package static func run(_ script: String, environment: [String: String] = [:]) async throws -> Outcome {
    var variables: [Environment.Key: String?] = [:]
    for (key, value) in environment {
      if let key = Environment.Key(rawValue: key) { variables[key] = value }
    }
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", script], environment: .inherit.updating(variables),
      output: .string(limit: 1 << 24), error: .string(limit: 1 << 20))
    return Outcome(
      output: result.standardOutput, errors: result.standardError,
      isSuccess: result.terminationStatus.isSuccess)
  }
}
