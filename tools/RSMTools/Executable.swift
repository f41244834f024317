import Glibc

/// Finds the programs that were built or installed with the running one.
package enum Executable {
  /// The file that a shell would run for `name`: itself if it has a slash, else the first executable in the directories of `path`.
  package static func find(_ name: String, path: String) -> String? {
    let candidates = name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { unsafe access($0, X_OK) == 0 }
  }

  /// The program called `name` beside the running one.
  package static func sibling(_ name: String) -> String {
    guard let path = unsafe realpath("/proc/self/exe", nil) else { return name }
    defer { unsafe free(path) }
    return unsafe String(cString: path).split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + name
  }
}
