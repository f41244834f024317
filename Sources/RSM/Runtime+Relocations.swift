import RSMControl
import RSMKernel
import RSMPinning
import Synchronization
import SystemPackage

extension Runtime {
  /// Refuses memory that cannot be exported.
  static func checkKind(of range: PageRange) throws(RSMError) {
    do throws(RelocationError) {
      _ = try Relocation.kind(of: range)
    } catch {
      throw RSMError(exporting: range, failed: error)
    }
  }

  /// Makes `range`, which is pinned, a mapping of `memory`.
  func adopt(
    _ range: PageRange, into memory: MemoryFile, by engine: PinEngine, _ session: ControlSession
  ) throws(RSMError) {
    try relocating(range, by: engine, session) { () throws(RSMError) in
      do throws(RelocationError) {
        try Relocation.adopt(range, into: memory.descriptor)
      } catch {
        throw RSMError(exporting: range, failed: error)
      }
    }
  }

  /// Gets the memory for giving a range back to the process alone; nil if there is none.
  static func reserveRelease(_ range: PageRange, from memory: FileIdentity) -> Relocation? {
    do throws(RelocationError) {
      return try Relocation.reserveRelease(range, from: memory)
    } catch {
      RSMError(
        .insufficientMemory,
        "\(range.byteCount) bytes at 0x\(String(range.start, radix: 16)) stay in memory that importers may hold: \(error.explanation)"
      ).report()
      return nil
    }
  }

  /// Gets what it takes to move a range into `memory`.
  static func reserveMove(
    _ range: PageRange, from old: FileIdentity, into memory: MemoryFile
  ) throws(RSMError) -> Relocation {
    do throws(RelocationError) {
      return try Relocation.reserveMove(range, from: old, into: memory.descriptor)
    } catch {
      throw RSMError(exporting: range, failed: error)
    }
  }

  /// Runs `body`, which moves memory of `range`, while nobody looks at pins of it.
  func relocating<Value: Sendable, Failure: Error>(
    _ range: PageRange, by engine: PinEngine, _ session: ControlSession, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try engine.relocating(range, announce: { try? session.setMoving($0) }, struck: { strike($0, in: session) }, body)
  }

  /// Sends a request; what rsmd answers becomes an error of the API.
  func asked<Value>(
    _ session: ControlSession, _ body: () throws(ControlSession.Failure) -> Value
  ) throws(RSMError) -> Value {
    do throws(ControlSession.Failure) {
      return try body()
    } catch {
      throw RSMError(session, "a segment", failed: error)
    }
  }

  /// The file creation mask of this process, read without changing it for a moment (proc_pid_status(5)).
  static var umask: UInt32 {
    let status = (try? TextFile.read("/proc/self/status")) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
    return line?.split(separator: "\t").last.flatMap { UInt32($0, radix: 8) } ?? 0o077
  }
}

extension Relocation {
  /// Moves what was reserved for, and says on standard error what has not gone as it should.
  consuming func finish() {
    do throws(RelocationError) {
      let losses = try commit()
      for range in losses.unfenced {
        RSMError(
          .internalError,
          "stores into \(range.byteCount) bytes at 0x\(String(range.start, radix: 16)) made while they moved may be lost: other threads "
            + "run, and userfaultfd(2) does not take this memory or the kernel has pages of it pinned"
        ).report()
      }
      for range in losses.unlocked {
        RSMError(
          .insufficientMemory,
          "\(range.byteCount) bytes at 0x\(String(range.start, radix: 16)) could not be locked in their new place; raise RLIMIT_MEMLOCK "
            + "with ulimit -l or in /etc/security/limits.conf"
        ).report()
      }
    } catch {
      RSMError(.internalError, error.explanation).report()
    }
  }
}

extension RSMError {
  init(exporting range: PageRange, failed error: RelocationError) {
    let code: Code =
      switch error.cause {
      case .inaccessible: .permissionDenied
      case .unmapped, .sharedFile, .kernelMemory, .hugePages, .sealed, .specialProtection, .callingThread: .badAddress
      case .pinnedByKernel, .unfenceable, .fenceTaken, .needsUserfaultfd: .insufficientResources
      case .destination, .insufficientMemory, .lockRefused, .unexplored: .insufficientMemory
      case .wrongSize: .internalError
      }
    self.init(
      code, "cannot export \(range.byteCount) bytes at 0x\(String(range.start, radix: 16)): \(error.explanation)")
  }
}
