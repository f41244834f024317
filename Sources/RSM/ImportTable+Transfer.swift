import CCopy
import RSMKernel
import Synchronization

/// How a put or get touches memory.
package enum Access: Sendable {
  /// As memmove does.
  case bytes
  /// One access of this width for each element.
  case elements8, elements16, elements32, elements64

  @inline(__always)
  var width: UInt {
    switch self {
    case .bytes, .elements8: 1
    case .elements16: 2
    case .elements32: 4
    case .elements64: 8
    }
  }
}

/// Which way bytes go.
package enum Direction: Sendable {
  case put, get
}

extension ImportTable {
  /// Moves `count` elements between a segment and the memory at `local`.
  ///
  /// Every condition is looked at in the order of the reference, also if there is nothing to move.
  @inline(never)
  func transfer(
    _ direction: Direction, _ token: Token, _ offset: Int, _ local: UInt, _ count: UInt, _ access: Access
  ) throws(RSMError) {
    let visit = try enter(token)
    let segment = unsafe visit.segment
    let isImplicit = unsafe segment.pointee.record.isImplicit.load(ordering: .relaxed)
    let outcome = unsafe check(segment, direction, offset, local, count, access, isImplicit)
    guard case .done = outcome, let reach = unsafe segment.pointee.record.reach else {
      visit.leave()
      guard case .unmapped = outcome else { throw RSMError(outcome, offset, local, count, access) }
      return try mapAndTransfer(direction, token, offset, local, count, access)
    }
    reach.copy(direction, UInt(bitPattern: offset), local, count &* access.width, access)
    guard isImplicit else { return visit.leave() }
    visit.leaveWithFence()
    // The counter is still there, unlike the segment.
    if reach.isAborted { throw .aborted }
  }

  @inline(never)
  private func mapAndTransfer(
    _ direction: Direction, _ token: Token, _ offset: Int, _ local: UInt, _ count: UInt, _ access: Access
  ) throws(RSMError) {
    try mapImplicitly(token)
    try transfer(direction, token, offset, local, count, access)
  }

  /// What is wrong with a request, in the order of the reference.
  @inline(__always)
  private func check(
    _ segment: Segment, _ direction: Direction, _ offset: Int, _ local: UInt, _ count: UInt, _ access: Access,
    _ isImplicit: Bool
  ) -> TransferOutcome {
    guard local != 0 else { return .nullAddress }
    guard local & (access.width - 1) == 0 else { return .misalignedAddress }
    guard UInt(bitPattern: offset) & (access.width - 1) == 0 else { return .misalignedOffset }
    guard let reach = unsafe segment.pointee.record.reach, reach.base != 0 else { return .unmapped }
    guard reach.rights.contains(direction.right) else { return .denied }
    let (length, tooLong) = count.multipliedReportingOverflow(by: access.width)
    guard !tooLong else { return .tooLong }
    let start = UInt(bitPattern: offset)
    let (end, wraps) = start.addingReportingOverflow(length)
    guard offset >= 0, !wraps, start >= reach.window.lowerBound, end <= reach.window.upperBound else {
      return .outside(reach.window)
    }
    guard isImplicit else { return .done }
    guard unsafe segment.pointee.record.barrier.load(ordering: .relaxed) != 0 else { return .noBarrier }
    return reach.isAborted ? .aborted : .done
  }
}

extension Token {
  /// Moves memory of this process into a segment, as `rsm_memseg_import_put`(3RSM).
  package func put(at offset: Int, from local: UInt, _ count: UInt) throws(RSMError) {
    if ImportTable.transferAtOnce(.put, self, offset, local, count) { return }
    unsafe try ImportTable.current().pointee.transfer(.put, self, offset, local, count, .bytes)
  }

  /// Moves memory of a segment into this process, as `rsm_memseg_import_get`(3RSM).
  package func get(at offset: Int, to local: UInt, _ count: UInt) throws(RSMError) {
    if ImportTable.transferAtOnce(.get, self, offset, local, count) { return }
    unsafe try ImportTable.current().pointee.transfer(.get, self, offset, local, count, .bytes)
  }

  /// As `put`, for its forms for elements.
  package func put(at offset: Int, from local: UInt, _ count: UInt, _ access: Access) throws(RSMError) {
    unsafe try ImportTable.current().pointee.transfer(.put, self, offset, local, count, access)
  }

  /// As `get`, for its forms for elements.
  package func get(at offset: Int, to local: UInt, _ count: UInt, _ access: Access) throws(RSMError) {
    unsafe try ImportTable.current().pointee.transfer(.get, self, offset, local, count, access)
  }
}

extension Direction {
  @inline(__always)
  var right: AccessRights { self == .put ? .write : .read }
}

extension ImportRecord.Reach {
  /// Copies `length` bytes, which must lie in the segment, in whole elements, which must be aligned.
  @inline(__always)
  func copy(_ direction: Direction, _ start: UInt, _ local: UInt, _ length: UInt, _ access: Access) {
    let remote = base + start
    let (target, source) = direction == .put ? (remote, local) : (local, remote)
    if unsafe aliases.pointee.mayTouch(local, length) {
      copyAliased(direction, start, local, length, access)
    } else if case .bytes = access {
      unsafe ccopy_bytes(UnsafeMutableRawPointer(bitPattern: target), UnsafeRawPointer(bitPattern: source), Int(length))
    } else {
      access.copy(target, source, length, backward: target &- source < length)
    }
  }

  /// The copy of what may be memory of the segment at another address: what overlaps is seen in the offsets.
  @inline(never)
  private func copyAliased(_ direction: Direction, _ start: UInt, _ local: UInt, _ length: UInt, _ access: Access) {
    let remote = base + start
    let (target, source) = direction == .put ? (remote, local) : (local, remote)
    var backward = target &- source < length
    var overlaps = false
    if let other = unsafe aliases.pointee.offset(of: local, length, in: identity) {
      let distance = direction == .put ? Int(start) - other : other - Int(start)
      overlaps = distance.magnitude < length
      backward = backward || overlaps && distance > 0
    }
    guard case .bytes = access else { return access.copy(target, source, length, backward: backward) }
    let (to, from) = unsafe (UnsafeMutableRawPointer(bitPattern: target), UnsafeRawPointer(bitPattern: source))
    if overlaps {
      unsafe ccopy_aliased(to, from, Int(length), backward ? 1 : 0)
    } else {
      unsafe ccopy_bytes(to, from, Int(length))
    }
  }
}

extension Access {
  /// - Parameter backward: whether the last element comes first.
  @inline(__always)
  fileprivate func copy(_ target: UInt, _ source: UInt, _ length: UInt, backward: Bool) {
    let (to, from) = unsafe (UnsafeMutableRawPointer(bitPattern: target), UnsafeRawPointer(bitPattern: source))
    let (count, order) = (Int(length / width), Int32(backward ? 1 : 0))
    switch self {
    case .bytes, .elements8: unsafe ccopy_elements8(to, from, count, order)
    case .elements16: unsafe ccopy_elements16(to, from, count, order)
    case .elements32: unsafe ccopy_elements32(to, from, count, order)
    case .elements64: unsafe ccopy_elements64(to, from, count, order)
    }
  }
}
