import CRSM

extension RSMError.Code {
  /// `RSMERR_BAD_CTLR_HNDL`: not a live controller of this process.
  public static let badControllerHandle = Self(rawValue: RSMERR_BAD_CTLR_HNDL)
  /// `RSMERR_CTLR_NOT_PRESENT`: no such controller, or no rsmd to serve it.
  public static let controllerNotPresent = Self(rawValue: RSMERR_CTLR_NOT_PRESENT)
  /// `RSMERR_BAD_LOCALMEM_HNDL`: not a live local memory handle of this process and controller.
  public static let badLocalMemoryHandle = Self(rawValue: RSMERR_BAD_LOCALMEM_HNDL)
  /// `RSMERR_BAD_SEG_HNDL`: not a live segment of this process and of the kind that is wanted.
  public static let badSegmentHandle = Self(rawValue: RSMERR_BAD_SEG_HNDL)
  /// `RSMERR_SEG_ALREADY_MAPPED`: mapped by the program, or by the library for a put or get.
  public static let segmentAlreadyMapped = Self(rawValue: RSMERR_SEG_ALREADY_MAPPED)
  /// `RSMERR_SEG_STILL_MAPPED`: the program has mapped the segment and not unmapped it.
  public static let segmentStillMapped = Self(rawValue: RSMERR_SEG_STILL_MAPPED)
  /// `RSMERR_SEG_NOT_MAPPED`: nothing to unmap.
  public static let segmentNotMapped = Self(rawValue: RSMERR_SEG_NOT_MAPPED)
  /// `RSMERR_BAD_BARRIER_PTR`: NULL where a barrier must be.
  public static let badBarrierPointer = Self(rawValue: RSMERR_BAD_BARRIER_PTR)
  /// `RSMERR_BAD_SGIO`: a scatter-gather request that makes no sense, or a handle in it that is not live.
  public static let badScatterGather = Self(rawValue: RSMERR_BAD_SGIO)
  /// `RSMERR_BAD_MEM_ALIGNMENT`: an address or offset that is not aligned to a page or an element.
  public static let badAlignment = Self(rawValue: RSMERR_BAD_MEM_ALIGNMENT)
  /// `RSMERR_BAD_OFFSET`: outside of the segment, its mapped window or the local memory.
  public static let badOffset = Self(rawValue: RSMERR_BAD_OFFSET)
  /// `RSMERR_BAD_MODE`: neither explicit nor implicit.
  public static let badMode = Self(rawValue: RSMERR_BAD_MODE)
  /// `RSMERR_BAD_PERMS`: permissions that do not exist, or more than the connection has.
  public static let badPermissions = Self(rawValue: RSMERR_BAD_PERMS)
  /// `RSMERR_PERM_DENIED`: the connection has no right to this.
  public static let permissionDenied = Self(rawValue: RSMERR_PERM_DENIED)
  /// `RSMERR_MAP_FAILED`: the kernel would not map the segment.
  public static let mapFailed = Self(rawValue: RSMERR_MAP_FAILED)
  /// `RSMERR_BARRIER_UNINITIALIZED`: never initialised, destroyed, or not at the address where it was initialised.
  public static let barrierUninitialized = Self(rawValue: RSMERR_BARRIER_UNINITIALIZED)
  /// `RSMERR_BARRIER_NOT_OPENED`: ordered or closed without having been opened.
  public static let barrierNotOpened = Self(rawValue: RSMERR_BARRIER_NOT_OPENED)
  /// `RSMERR_CONN_ABORTED`: the segment has been withdrawn.
  public static let connectionAborted = Self(rawValue: RSMERR_CONN_ABORTED)
  /// `RSMERR_BAD_ADDR`: NULL, not page aligned, not mapped, or not memory that can be pinned.
  public static let badAddress = Self(rawValue: RSMERR_BAD_ADDR)
  /// `RSMERR_BAD_LENGTH`: empty, or longer than what it is a part of.
  public static let badLength = Self(rawValue: RSMERR_BAD_LENGTH)
  /// `RSMERR_NOT_CREATOR`: the segment was made by another process.
  public static let notCreator = Self(rawValue: RSMERR_NOT_CREATOR)
  /// `RSMERR_SEG_ALREADY_PUBLISHED`: the export segment has an id already.
  public static let segmentAlreadyPublished = Self(rawValue: RSMERR_SEG_ALREADY_PUBLISHED)
  /// `RSMERR_SEG_NOT_PUBLISHED`: the export segment has no id, or there is no segment with the id.
  public static let segmentNotPublished = Self(rawValue: RSMERR_SEG_NOT_PUBLISHED)
  /// `RSMERR_BAD_ACL`: an access list that loopback cannot have.
  public static let badAccessList = Self(rawValue: RSMERR_BAD_ACL)
  /// `RSMERR_BAD_SEGID`: NULL where a segment id must be.
  public static let badSegmentID = Self(rawValue: RSMERR_BAD_SEGID)
  /// `RSMERR_RESERVED_SEGID`: a segment id that applications may not choose.
  public static let reservedSegmentID = Self(rawValue: RSMERR_RESERVED_SEGID)
  /// `RSMERR_SEGID_IN_USE`: another segment is published under the id.
  public static let segmentIDInUse = Self(rawValue: RSMERR_SEGID_IN_USE)
  /// `RSMERR_LOCKS_NOT_SUPPORTED`: a segment with lock operations, which there are none of.
  public static let locksNotSupported = Self(rawValue: RSMERR_LOCKS_NOT_SUPPORTED)
  /// `RSMERR_REBIND_NOT_ALLOWED`: the export segment was not made to be rebound.
  public static let rebindNotAllowed = Self(rawValue: RSMERR_REBIND_NOT_ALLOWED)
  /// `RSMERR_BAD_TOPOLOGY_PTR`: NULL where a topology goes.
  public static let badTopologyPointer = Self(rawValue: RSMERR_BAD_TOPOLOGY_PTR)
  /// `RSMERR_BAD_APPID`: no segment ids are reserved for the application.
  public static let badApplicationID = Self(rawValue: RSMERR_BAD_APPID)
  /// `RSMERR_BAD_CONF`: the file of reserved segment ids is missing or wrong.
  public static let badConfiguration = Self(rawValue: RSMERR_BAD_CONF)
  /// `RSMERR_INSUFFICIENT_RESOURCES`: a table is full, or rsmd is gone.
  public static let insufficientResources = Self(rawValue: RSMERR_INSUFFICIENT_RESOURCES)
  /// `RSMERR_INSUFFICIENT_MEM`: the lock limit or memory does not suffice.
  public static let insufficientMemory = Self(rawValue: RSMERR_INSUFFICIENT_MEM)
  /// `RSMERR_INTERNAL_ERROR`: a defect of librsm or rsmd.
  public static let internalError = Self(rawValue: RSMERR_INTERNAL_ERROR)
}
