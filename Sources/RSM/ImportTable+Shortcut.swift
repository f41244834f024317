import CCopy
import CRSM
import Synchronization

extension ImportTable {
  /// A transfer of bytes with nothing special about it: between other memory and a mapped segment in implicit mode.
  ///
  /// What it costs is seen beside that of a few bytes, so it tells nothing but whether it has succeeded.
  ///
  /// - Returns: false if the transfer must be made in the ordinary way, which finds out what is the matter.
  @inline(__always)
  static func transferAtOnce(
    _ direction: Direction, _ token: Token, _ offset: Int, _ local: UInt, _ count: UInt
  ) -> Bool {
    guard let table = unsafe known, let segment = unsafe table.pointee.segments[token],
      let pass = unsafe segment.pointee.record.gate.enterMarked()
    else { return false }
    // It may have become another one before the gate was reached.
    guard unsafe segment.pointee.token.load(ordering: .relaxed) == token.rawValue,
      let reach = unsafe segment.pointee.record.reach, reach.admits(direction, offset, local, count),
      unsafe segment.pointee.record.isInOrder, !reach.isAborted
    else {
      unsafe segment.pointee.record.gate.leave(pass)
      return false
    }
    let remote = reach.base &+ UInt(bitPattern: offset)
    let (target, source) = direction == .put ? (remote, local) : (local, remote)
    unsafe ccopy_bytes(UnsafeMutableRawPointer(bitPattern: target), UnsafeRawPointer(bitPattern: source), Int(count))
    unsafe segment.pointee.record.gate.leaveWithFence(pass)
    // The counter is still there, unlike the segment.
    return !reach.isAborted
  }
}

extension ImportRecord {
  /// Whether there is an implicit barrier.
  @inline(__always)
  var isInOrder: Bool { isImplicit.load(ordering: .relaxed) && barrier.load(ordering: .relaxed) != 0 }
}

extension ImportRecord.Reach {
  /// Whether bytes can go between the segment and memory that is none of it. The window is empty as long as nothing is mapped.
  @inline(__always)
  fileprivate func admits(_ direction: Direction, _ offset: Int, _ local: UInt, _ count: UInt) -> Bool {
    let start = UInt(bitPattern: offset)
    return unsafe local != 0 && rights.contains(direction.right) && start >= window.lowerBound
      && start < window.upperBound
      && count <= window.upperBound &- start && !aliases.pointee.mayTouch(local, count)
  }
}

extension Token {
  /// As `put`, for a C program: an error is reported and its code returned.
  package func reportedPut(at offset: Int, from local: UInt, _ count: UInt) -> Int32 {
    if ImportTable.transferAtOnce(.put, self, offset, local, count) { return RSM_SUCCESS }
    return reportedTransfer(.put, offset, local, count)
  }

  /// As `get`, for a C program: an error is reported and its code returned.
  package func reportedGet(at offset: Int, to local: UInt, _ count: UInt) -> Int32 {
    if ImportTable.transferAtOnce(.get, self, offset, local, count) { return RSM_SUCCESS }
    return reportedTransfer(.get, offset, local, count)
  }

  @inline(never)
  private func reportedTransfer(_ direction: Direction, _ offset: Int, _ local: UInt, _ count: UInt) -> Int32 {
    do throws(RSMError) {
      unsafe try ImportTable.current().pointee.transfer(direction, self, offset, local, count, .bytes)
      return RSM_SUCCESS
    } catch {
      error.report()
      return error.code.rawValue
    }
  }
}
