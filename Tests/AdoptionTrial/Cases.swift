import CStores
import Glibc
import RSMKernel
import RSMPinning
import SystemPackage

enum Cases {
  /// All the memory that may be locked is locked, and moves.
  static func locked(bytes: UInt) throws {
    let mapping = try Mapping(anonymous: bytes)
    let range = Trial.range(of: mapping)
    try PageLock.lock(range)
    let memory = try Trial.memory(of: bytes)
    try Relocation.adopt(range, into: memory)
    print("adopted\t\(MemoryLimits().lockedBytes)")
    let losses = try Relocation.release(range, from: FileIdentity(of: memory))
    print("released\t\(MemoryLimits().lockedBytes)\nlosses\t\(losses != Relocation.Losses())")
  }

  /// The limit is lower than what is locked.
  static func overlocked(bytes: UInt) throws {
    let mapping = try Mapping(anonymous: bytes)
    let range = Trial.range(of: mapping)
    try PageLock.lock(range)
    let last = unsafe UnsafeMutablePointer<UInt8>(bitPattern: range.end - 1)!
    unsafe last.pointee = 9
    let resource = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
    var limit = rlimit()
    _ = try checked { unsafe getrlimit(resource, &limit) }
    limit.rlim_cur = rlim_t(pageSize)
    _ = try checked { unsafe setrlimit(resource, &limit) }
    let memory = try Trial.memory(of: bytes)
    do throws(RelocationError) {
      try Relocation.adopt(range, into: memory)
    } catch {
      Trial.report(error)
    }
    print("isprivate\t\(try Relocation.kind(of: range) == .privateMemory)\nlocked\t\(MemoryLimits().lockedBytes)")
    unsafe print("contents\t\(last.pointee)")
  }

  /// When a second thread starts.
  enum SecondThread: UInt {
    case never, beforeAdoption, beforeRelease
  }

  /// 16 pages of the program itself.
  static func adopt(_ address: UInt, _ secondThread: SecondThread?) throws {
    guard let range = PageRange(address: address, length: 16 * pageSize) else { throw Errno.invalidArgument }
    if secondThread == .beforeAdoption { _ = try checked { stores_start_idle_thread() } }
    let words = unsafe UnsafeMutablePointer<UInt64>(bitPattern: address)!
    unsafe words[0] = 42
    let memory = try Trial.memory(of: range.byteCount)
    do throws(RelocationError) {
      try Relocation.adopt(range, into: memory)
    } catch {
      unsafe print("contents\t\(words[0])")
      return Trial.report(error)
    }
    unsafe words[1] = 43
    unsafe print("contents\t\(words[0])")
    var stored: UInt64 = 0
    let descriptor = memory.raw
    _ = try checked { unsafe pread(descriptor, &stored, 8, 8) }
    print("stored\t\(stored)")
    if secondThread == .beforeRelease { _ = try checked { stores_start_idle_thread() } }
    let losses = try Relocation.release(range, from: FileIdentity(of: memory))
    unsafe print("after\t\(words[0]) \(words[1])\nunfenced\t\(losses.unfenced == [range])")
  }

  /// Memory of which the kernel has pinned another part.
  static func pinned() throws {
    let mapping = try Mapping(anonymous: 16 * pageSize)
    let range = Trial.range(of: mapping)
    guard stores_pin(range.start, Int(pageSize)) == 0 else { return print("unavailable\t\(Errno.current)") }
    let memory = try Trial.memory(of: range.byteCount)
    do throws(RelocationError) {
      try Relocation.adopt(range, into: memory)
    } catch {
      Trial.report(error)
    }
    print("isprivate\t\(try Relocation.kind(of: range) == .privateMemory)")
  }
}
