import CLinux
import Glibc
import RSMKernel

/// Lines of text on the whole screen, made anew every second and after every key, until a key or a signal ends it.
package final class LiveView {
  private static let endings = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  private let loop: EventLoop
  private let screen = Screen()
  private let signals: Descriptor
  private let lines: () throws -> [String]
  private let press: (Character) -> Bool
  private let bold: Int?
  private var failure: (any Error)?
  private var signal: Int32?

  /// - Parameters:
  ///   - bold: the number of a line to show in bold.
  ///   - press: takes a key; returns false to end.
  /// - Returns: the signal that was the end, nil if a key was.
  package static func run(
    bold: Int?, lines: @escaping () throws -> [String], press: @escaping (Character) -> Bool
  ) throws -> Int32? {
    let view = try LiveView(bold: bold, lines: lines, press: press)
    view.screen.enter()
    defer { view.screen.leave() }
    view.tick()
    try view.loop.run()
    if let failure = view.failure { throw failure }
    return view.signal
  }

  private init(
    bold: Int?, lines: @escaping () throws -> [String], press: @escaping (Character) -> Bool
  ) throws {
    self.bold = bold
    self.lines = lines
    self.press = press
    loop = try EventLoop()
    let awaited = Self.endings + [SIGTSTP, SIGCONT, SIGWINCH]
    unsafe clinux_block_signals(awaited, awaited.count)
    signals = Descriptor(owning: try checked { unsafe clinux_signalfd(awaited, awaited.count) })
    _ = try loop.watch(signals.raw) { [unowned self] in takeSignal() }
    if screen.hasKeyboard { _ = try loop.watch(STDIN_FILENO) { [unowned self] in takeKeys() } }
  }

  private func tick() {
    draw()
    _ = loop.schedule(after: .seconds(1)) { [unowned self] in tick() }
  }

  private func draw() {
    do {
      screen.show(try lines(), bold: bold)
    } catch {
      failure = error
      loop.stop()
    }
  }

  private func takeKeys() {
    guard let keys = screen.typed(), keys.allSatisfy(press) else { return loop.stop() }
    draw()
  }

  private func takeSignal() {
    var information = signalfd_siginfo()
    guard unsafe read(signals.raw, &information, MemoryLayout<signalfd_siginfo>.size) > 0 else { return }
    let number = Int32(information.ssi_signo)
    switch number {
    case SIGTSTP:
      screen.leave()
      kill(getpid(), SIGSTOP)
    case SIGCONT:
      screen.enter()
      draw()
    case SIGWINCH:
      draw()
    default:
      signal = number
      loop.stop()
    }
  }
}
