import Glibc
import RSMKernel
import RSMTools

/// The programs under test, copied to a directory that every user can reach, and the C programs of Tests/Fixtures, compiled
/// against the library that was built. Made once per run, removed when it ends.
package struct Workbench: Sendable {
  package static let shared = Workbench()

  package let directory: String
  /// The fixtures, and what each is made of besides its own source.
  private static let fixtures = [
    (name: "rsmclient", parts: ["rsmclient_memory"]), (name: "hostile", parts: ["hostile_sweep"]),
    (name: "fuzz", parts: []), (name: "storm", parts: []), (name: "stuck", parts: []), (name: "hammer", parts: []),
    (name: "pidns", parts: []), (name: "displace", parts: []), (name: "segments", parts: []),
    (name: "segfuzz", parts: []), (name: "surroundings", parts: []), (name: "silence", parts: []),
    (name: "stall", parts: []), (name: "flood", parts: []), (name: "marks", parts: []), (name: "flap", parts: []),
    (name: "importer", parts: []), (name: "segclient", parts: ["segclient_import", "rsmclient_memory"]),
    (name: "segstorm", parts: []),
  ]

  package func program(_ name: String) -> String { "\(directory)/\(name)" }

  private init() {
    guard let directory = try? TemporaryDirectory.make(in: "/tmp", prefix: "rsm-tests") else {
      preconditionFailure("cannot make a directory in /tmp")
    }
    self.directory = directory
    atexit { Workbench.shared.remove() }
    unsafe chmod(directory, 0o755)
    let built = Executable.sibling("")
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let status = try? ChildProcess(["/bin/sh", "-c", Self.script(built: built, root: root, into: directory)]).wait()
    precondition(status == .exited(0), "cannot prepare the programs under test in \(directory)")
  }

  private static func script(built: String, root: String, into directory: String) -> String {
    let compilations = fixtures.map { fixture in
      let sources = ([fixture.name] + fixture.parts).map { "\(root)/Tests/Fixtures/\($0).c" }.joined(separator: " ")
      return "cc -std=gnu11 -Wall -Wextra -Werror -O1 -pthread -I\(root)/Sources/CRSM/include \(sources) "
        + "-L\(directory) -Wl,--as-needed -lrsm -Wl,-rpath,\(directory) -o \(directory)/\(fixture.name)"
    }
    return (["set -e", "cp \(built)rsmd \(built)rsmctl \(built)librsm.so \(directory)"] + compilations).joined(
      separator: "\n")
  }

  private func remove() {
    _ = try? ChildProcess(["/bin/rm", "-rf", directory]).wait()
  }
}
