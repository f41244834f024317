import CLinux
import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMPinning
import Synchronization
import SystemPackage

/// Everything librsm knows in this process: the live controllers and handles, the pins, and the session with rsmd.
///
/// A forked child gets a new one. The old one is left alone there: its locks may be held by threads the child does not have.
@safe package final class Runtime: Sendable {
  struct LoadedController {
    var references: Int
  }

  struct LocalMemory {
    let pin: Pin
    /// Bytes, as registered.
    let length: UInt
    let id: UInt64
    let session: ControlSession
  }

  struct State {
    var controllers = TokenTable<LoadedController>(.controller)
    var loopback: Token?
    var localMemory = TokenTable<LocalMemory>(.localMemory)
  }

  struct Connection {
    var engine: PinEngine?
    var session: ControlSession?
  }

  let state = Mutex(State())
  nonisolated(unsafe) let imports: UnsafePointer<ImportTable>
  let exports = Mutex(ExportTable())
  private let tags: Bool
  /// Tokens up to this one are of the parent, if this process was forked.
  private let lastInherited = Token.last
  private let connection = Mutex(Connection())

  /// Two words that hold the addresses of this process's runtime and of its import table, on a page that the kernel clears in a
  /// forked child.
  nonisolated(unsafe) static let word: UnsafePointer<Atomic<UInt>>? = {
    guard let page = unsafe clinux_map_wipe_on_fork(Int(pageSize)) else { return nil }
    return unsafe UnsafePointer(page.assumingMemoryBound(to: Atomic<UInt>.self))
  }()

  /// - Parameter tags: whether pinned memory gets identity tags.
  package init(tags: Bool = true) {
    self.tags = tags
    let table = UnsafeMutablePointer<ImportTable>.allocate(capacity: 1)
    unsafe table.initialize(to: ImportTable())
    unsafe imports = UnsafePointer(table)
  }

  /// Whether a token may be one that a parent had when this process was forked.
  func isInherited(_ token: Token) -> Bool {
    token.kind == .exportSegment && token.serial != 0 && token.serial <= lastInherited
  }

  /// The runtime of this process.
  package static func current() throws(RSMError) -> Runtime {
    guard let word = unsafe word else {
      throw RSMError(.insufficientMemory, "cannot map one page for librsm; raise vm.max_map_count or the memory limit")
    }
    let address = unsafe word.pointee.load(ordering: .acquiring)
    if let known = unsafe UnsafeRawPointer(bitPattern: address) {
      return unsafe Unmanaged<Runtime>.fromOpaque(known).takeUnretainedValue()
    }
    let new = unsafe Unmanaged.passRetained(Runtime())
    let (exchanged, winner) = unsafe word.pointee.compareExchange(
      expected: 0, desired: UInt(bitPattern: new.toOpaque()), ordering: .acquiringAndReleasing)
    guard !exchanged, let winner = unsafe UnsafeRawPointer(bitPattern: winner) else {
      return unsafe new.takeUnretainedValue()
    }
    unsafe new.release()
    return unsafe Unmanaged<Runtime>.fromOpaque(winner).takeUnretainedValue()
  }

  /// The session with rsmd and the engine that pins; opens what is not open yet or has been lost.
  ///
  /// Opened without the lock, since rsmd may take its time. Of two threads that open at once the first one's is kept.
  func connected() throws(RSMError) -> (session: ControlSession, engine: PinEngine) {
    let known = connection.withLock { $0 }
    if let session = known.session, let engine = known.engine, !session.isLost { return (session, engine) }
    let newEngine = known.engine == nil ? try openEngine() : nil
    let newSession = try Self.openSession()
    let opened = connection.withLock { connection in
      connection.engine = connection.engine ?? newEngine
      if connection.session?.isLost != false { connection.session = newSession }
      return connection
    }
    guard let session = opened.session, let engine = opened.engine else {
      throw RSMError(.internalError, "the session with rsmd is missing")
    }
    return (session, engine)
  }

  private func openEngine() throws(RSMError) -> PinEngine {
    do {
      return try PinEngine(tags: tags)
    } catch {
      throw RSMError(
        .insufficientResources,
        "cannot open /proc/self/maps: \(error); mount /proc or raise the limit on open files (ulimit -n)")
    }
  }

  /// The engine that made the pins of a live handle.
  func pinEngine() throws(RSMError) -> PinEngine {
    guard let engine = connection.withLock({ $0.engine }) else {
      throw RSMError(.internalError, "the pinning engine is missing")
    }
    return engine
  }

  private static func openSession() throws(RSMError) -> ControlSession {
    var tried: [String] = []
    let candidates = MountPoint.candidates(
      mount: environment(MountPoint.variable), runtimeDirectory: environment("XDG_RUNTIME_DIR"))
    for candidate in candidates {
      do throws(ControlSession.Failure) {
        return try ControlSession(mountPoint: candidate)
      } catch {
        switch error {
        case .refused(let refusal):
          throw RSMError(
            .controllerNotPresent, "rsmd at \(candidate) refused this process: \(refusal.reason.explanation)")
        case .lost(let errno):
          let hint =
            errno == .tooManyOpenFiles
            ? " by this process, or by this user at rsmd (max-files-per-user in rsmd.conf)" : ""
          tried.append("\(candidate): \(errno)\(hint)")
        }
      }
    }
    throw RSMError(
      .controllerNotPresent,
      "no rsmd answers (\(tried.joined(separator: "; "))); start rsmd, or set \(MountPoint.variable) to where it is mounted"
    )
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe clinux_secure_getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
