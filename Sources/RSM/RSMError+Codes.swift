import CRSM

extension RSMError.Code {
  /// `RSMERR_BAD_CTLR_HNDL`: not a live controller of this process.
  public static let badControllerHandle = Self(rawValue: RSMERR_BAD_CTLR_HNDL)
  /// `RSMERR_CTLR_NOT_PRESENT`: no such controller, or no rsmd to serve it.
  public static let controllerNotPresent = Self(rawValue: RSMERR_CTLR_NOT_PRESENT)
  /// `RSMERR_BAD_LOCALMEM_HNDL`: not a live local memory handle of this process and controller.
  public static let badLocalMemoryHandle = Self(rawValue: RSMERR_BAD_LOCALMEM_HNDL)
  /// `RSMERR_BAD_ADDR`: not page aligned, not mapped, or not memory that can be pinned.
  public static let badAddress = Self(rawValue: RSMERR_BAD_ADDR)
  /// `RSMERR_BAD_LENGTH`: empty.
  public static let badLength = Self(rawValue: RSMERR_BAD_LENGTH)
  /// `RSMERR_INSUFFICIENT_RESOURCES`: a table is full, or rsmd is gone.
  public static let insufficientResources = Self(rawValue: RSMERR_INSUFFICIENT_RESOURCES)
  /// `RSMERR_INSUFFICIENT_MEM`: the lock limit or memory does not suffice.
  public static let insufficientMemory = Self(rawValue: RSMERR_INSUFFICIENT_MEM)
  /// `RSMERR_INTERNAL_ERROR`: a defect of librsm or rsmd.
  public static let internalError = Self(rawValue: RSMERR_INTERNAL_ERROR)
}
