/// What became of a put or get, without the words for it: those cost more than a small transfer.
enum TransferOutcome {
  case done
  /// The segment has to be mapped first.
  case unmapped
  case nullAddress
  case misalignedAddress
  case misalignedOffset
  case denied
  case tooLong
  /// Not in the part of the segment that may be touched.
  case outside(Range<UInt>)
  case noBarrier
  case aborted
}

extension RSMError {
  @inline(never)
  init(_ outcome: TransferOutcome, _ offset: Int, _ local: UInt, _ count: UInt, _ access: Access) {
    let width = access.width
    switch outcome {
    case .nullAddress:
      self.init(.badAddress, "the address of the local memory is NULL")
    case .misalignedAddress:
      self.init(
        .badAlignment,
        "the local memory at 0x\(String(local, radix: 16)) is not aligned to the \(width) bytes of an element")
    case .misalignedOffset:
      self.init(.badAlignment, "the offset \(offset) is not a multiple of the \(width) bytes of an element")
    case .denied:
      self.init(
        .permissionDenied,
        "the connection has no right to this direction; connect with RSM_PERM_READ to get, RSM_PERM_WRITE to put")
    case .tooLong:
      self.init(.badLength, "\(count) elements of \(width) bytes are more than an address space has")
    case .outside(let window):
      self.init(
        .badOffset,
        "\(count) elements of \(width) bytes from offset \(offset) on do not lie in the bytes from \(window.lowerBound) to "
          + "\(window.upperBound) that the segment or its mapping has")
    case .noBarrier:
      self.init(
        .barrierUninitialized,
        "no barrier has been initialised on the segment, which is in implicit mode: initialise one, or set the explicit mode"
      )
    case .aborted:
      self = .aborted
    case .done, .unmapped:
      self.init(.internalError, "a transfer that was not refused has failed")
    }
  }
}
