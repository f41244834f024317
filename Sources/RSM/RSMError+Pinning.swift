import RSMKernel
import RSMPinning
import SystemPackage

extension RSMError {
  /// Turns what the pinning engine found into a code and into words.
  init(pinning range: PageRange, failed error: PinError) {
    let wanted = "\(range.byteCount) bytes at 0x\(String(range.start, radix: 16))"
    switch error {
    case .badAddress(let address, let flaw):
      self.init(.badAddress, "cannot pin \(wanted): the memory at 0x\(String(address, radix: 16)) \(flaw.explanation)")
    case .stale:
      self.init(
        .badLocalMemoryHandle,
        "the handle of \(wanted) is stale: part of its memory has been unmapped, moved, replaced or discarded; free it and create a "
          + "new one")
    case .tooManyRanges(let limit):
      self.init(
        .insufficientMemory,
        "cannot pin \(wanted): \(limit) separate ranges are pinned, the most that vm.max_map_count (\(MemoryLimits.maxMapCount)) leaves "
          + "room for; raise it with sysctl vm.max_map_count, or pin fewer, larger ranges")
    case .insufficientMemory(let errno):
      self.init(.insufficientMemory, "cannot pin \(wanted): \(MemoryLimits().explain(shortageOf: range, errno))")
    }
  }
}

extension PinError.Flaw {
  fileprivate var explanation: String {
    switch self {
    case .unmapped: "is not mapped"
    case .inaccessible: "has no access rights, is a guard page, lies beyond the end of its file, or is secret memory"
    case .forbidden: "does not have the access rights that this needs"
    case .unlockable: "is of a kind that the kernel does not lock (device or kernel pages)"
    }
  }
}

extension MemoryLimits {
  fileprivate func explain(shortageOf range: PageRange, _ errno: Errno) -> String {
    if let lockLimit, lockLimit < lockedBytes + range.byteCount {
      return
        "RLIMIT_MEMLOCK is \(lockLimit) bytes and \(lockedBytes) are locked already; raise it with ulimit -l or in "
        + "/etc/security/limits.conf, or free handles that are not in use"
    }
    if errno == .noMemory, mapCount + 2 >= Self.maxMapCount {
      return
        "the process has \(mapCount) mappings and vm.max_map_count is \(Self.maxMapCount); raise it with sysctl vm.max_map_count, or "
        + "pin fewer, larger ranges"
    }
    return "the kernel has no memory for it (\(errno)); free memory or raise the memory limit of the control group"
  }
}
