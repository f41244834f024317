import Glibc
import RSMBackend
import RSMKernel
import SystemPackage

/// Finds and reads `rsmd.conf`.
enum ConfigurationFile {
  struct Problem: Error {
    let message: String
  }

  static let system = "/etc/rsm/rsmd.conf"

  /// Reads the file at `path`, which has to be there, or else the one at the default place, which has not.
  static func read(_ path: String?) throws(Problem) -> Configuration {
    guard let place = path ?? defaultPlace else { return Configuration() }
    let text: String
    do throws(Errno) {
      text = try TextFile.read(place)
    } catch {
      // A home directory that belongs to somebody else, as after setpriv, has no file for this user.
      if path == nil, unsafe access(place, F_OK) != 0 { return Configuration() }
      throw Problem(message: "cannot read \(place): \(error)")
    }
    do throws(Configuration.Mistake) {
      return try Configuration(parsing: text)
    } catch {
      throw Problem(message: "\(place):\(error.line): \(error.message)")
    }
  }

  private static var defaultPlace: String? {
    if Mount.mode == .system { return system }
    if let directory = environment("XDG_CONFIG_HOME") { return "\(directory)/rsm/rsmd.conf" }
    return environment("HOME").map { "\($0)/.config/rsm/rsmd.conf" }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
