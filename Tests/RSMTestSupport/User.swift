import Glibc

/// Who runs a program under test, and within which limits.
package struct User: Sendable {
  package let uid: UInt32
  /// RLIMIT_MEMLOCK in bytes, nil to leave it alone.
  package let lockLimit: Int?

  package init(uid: UInt32, lockLimit: Int? = nil) {
    self.uid = uid
    self.lockLimit = lockLimit
  }

  package static let current = User(uid: getuid())
  /// An ordinary user with the limit most systems give.
  package static let ordinary = User(uid: 54321, lockLimit: 8 << 20)
  /// An ordinary user and another one where root runs the tests, else whoever does: for tests that need no particular user.
  package static let anybody = getuid() == 0 ? ordinary : current
  package static let anybodyElse = getuid() == 0 ? other : current
  /// One with a name, which fusermount3 asks for.
  package static let nobody = User(uid: 65534, lockLimit: 8 << 20)
  /// Another one.
  package static let other = User(uid: 54322, lockLimit: 8 << 20)

  /// The command line that runs `program` as this user.
  ///
  /// - Parameter groups: the supplementary groups, none if nil.
  package func commandLine(_ program: [String], groups: [UInt32]? = nil) -> [String] {
    var prefix: [String] = []
    if let lockLimit { prefix += ["/usr/bin/prlimit", "--memlock=\(lockLimit):\(lockLimit)"] }
    if uid != getuid() {
      let list = groups.map { "--groups=" + $0.map(String.init).joined(separator: ",") } ?? "--clear-groups"
      prefix += ["/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(uid)", list, "--inh-caps=-all"]
    }
    return prefix + program
  }
}
