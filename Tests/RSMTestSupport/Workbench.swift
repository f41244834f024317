import Glibc
import RSMKernel
import RSMTools

/// The programs under test, copied to a directory that every user can reach, and the C programs of Tests/Fixtures, compiled
/// against the library that was built. Made once per run, removed when it ends.
package struct Workbench: Sendable {
  package static let shared = Workbench()

  package let directory: String
  private static let fixtures = ["rsmclient", "hostile", "fuzz", "storm", "stuck", "hammer", "pidns"]

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
    var script = "set -e; cp \(built)rsmd \(built)rsmctl \(built)librsm.so \(directory)\n"
    for name in Self.fixtures {
      script += "cc -std=gnu11 -Wall -Wextra -Werror -O1 -pthread -I\(root)/Sources/CRSM/include "
      script += "\(root)/Tests/Fixtures/\(name).c -L\(directory) -Wl,--as-needed -lrsm -Wl,-rpath,\(directory) "
      script += "-o \(directory)/\(name)\n"
    }
    let status = try? ChildProcess(["/bin/sh", "-c", script]).wait()
    precondition(status == .exited(0), "cannot prepare the programs under test in \(directory)")
  }

  private func remove() {
    _ = try? ChildProcess(["/bin/rm", "-rf", directory]).wait()
  }
}
