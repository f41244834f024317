import CRSM

/// Why rsmd refused a request: the RSMERR code, and the reason behind it.
package struct Refusal: Error, Equatable, Sendable {
  /// An RSMERR code, never 0.
  package let code: Int32
  package let reason: Reason

  package init(code: Int32, reason: Reason) {
    self.code = code
    self.reason = reason
  }

  /// `enum rsm_ctl_reason` of rsm_ctl.h. A newer rsmd may give a number that has no name here.
  package struct Reason: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    private init(_ reason: rsm_ctl_reason) {
      rawValue = reason.rawValue
    }

    package static let none = Reason(RSM_CTL_REASON_NONE)
    package static let invisibleCaller = Reason(RSM_CTL_REASON_INVISIBLE_CALLER)
    package static let abiVersion = Reason(RSM_CTL_REASON_ABI_VERSION)
    package static let reservedField = Reason(RSM_CTL_REASON_RESERVED)
    package static let noHello = Reason(RSM_CTL_REASON_NO_HELLO)
    package static let notOwner = Reason(RSM_CTL_REASON_NOT_OWNER)
    package static let badSlot = Reason(RSM_CTL_REASON_BAD_SLOT)
    package static let badSequence = Reason(RSM_CTL_REASON_BAD_SEQUENCE)
    package static let badRange = Reason(RSM_CTL_REASON_BAD_RANGE)
    package static let badController = Reason(RSM_CTL_REASON_BAD_CONTROLLER)
    package static let noSuchHandle = Reason(RSM_CTL_REASON_NO_SUCH_HANDLE)
    package static let tableFull = Reason(RSM_CTL_REASON_TABLE_FULL)
    package static let noDescriptor = Reason(RSM_CTL_REASON_NO_DESCRIPTOR)
    package static let userHandles = Reason(RSM_CTL_REASON_USER_HANDLES)
    package static let processHandles = Reason(RSM_CTL_REASON_PROCESS_HANDLES)
    package static let userBytes = Reason(RSM_CTL_REASON_USER_BYTES)
    package static let processBytes = Reason(RSM_CTL_REASON_PROCESS_BYTES)
    package static let userProcesses = Reason(RSM_CTL_REASON_USER_PROCESSES)
    package static let badTag = Reason(RSM_CTL_REASON_BAD_TAG)
    package static let noSuchExport = Reason(RSM_CTL_REASON_NO_SUCH_EXPORT)
    package static let notExporter = Reason(RSM_CTL_REASON_NOT_EXPORTER)
    package static let reservedSegmentID = Reason(RSM_CTL_REASON_RESERVED_SEGMENT_ID)
    package static let segmentIDInUse = Reason(RSM_CTL_REASON_SEGMENT_ID_IN_USE)
    package static let alreadyPublished = Reason(RSM_CTL_REASON_ALREADY_PUBLISHED)
    package static let notPublished = Reason(RSM_CTL_REASON_NOT_PUBLISHED)
    package static let badMode = Reason(RSM_CTL_REASON_BAD_MODE)
    package static let notFilled = Reason(RSM_CTL_REASON_NOT_FILLED)
    package static let userSegments = Reason(RSM_CTL_REASON_USER_SEGMENTS)
    package static let userSegmentBytes = Reason(RSM_CTL_REASON_USER_SEGMENT_BYTES)
    package static let userConnections = Reason(RSM_CTL_REASON_USER_CONNECTIONS)
    package static let noExportLeft = Reason(RSM_CTL_REASON_NO_EXPORT_LEFT)
    package static let noMemory = Reason(RSM_CTL_REASON_NO_MEMORY)
    package static let noSegmentID = Reason(RSM_CTL_REASON_NO_SEGMENT_ID)
    package static let notConnected = Reason(RSM_CTL_REASON_NOT_CONNECTED)
    package static let notReserved = Reason(RSM_CTL_REASON_NOT_RESERVED)

    /// What happened and what to do, for a person.
    package var explanation: String {
      switch self {
      case .invisibleCaller:
        "rsmd cannot see this process: it runs outside the PID namespace of rsmd; start rsmd in the outermost one"
      case .abiVersion: "rsmd speaks another version of the control ABI; install librsm and rsmd of one release"
      case .reservedField: "a reserved field of the request is not zero; install librsm and rsmd of one release"
      case .noHello: "the open file has not said HELLO"
      case .notOwner: "the open file of rsmd belongs to another process; a forked child opens its own"
      case .badSlot: "the request names a slot beyond the \(RSM_CTL_SLOTS) of an open file"
      case .badSequence: "the request repeats or skips a sequence number of its slot"
      case .badRange: "the range is empty, not page aligned, or wraps around the end of the address space"
      case .badController: "rsmd has no such controller"
      case .noSuchHandle: "no live handle of this open file has that id"
      case .tableFull:
        "the handle table of rsmd is full (MaxHandles in its status file); free handles that are not in use, or raise "
          + "max-handles in rsmd.conf"
      case .noDescriptor: "rsmd has no file descriptor left to watch this process with; raise its RLIMIT_NOFILE"
      case .userHandles:
        "this user has as many handles as rsmd admits (MaxHandlesPerUser in its status file); free handles that are not in "
          + "use, or raise max-handles-per-user in rsmd.conf"
      case .processHandles:
        "this process has as many handles as rsmd admits (MaxHandlesPerProcess in its status file); free handles that are "
          + "not in use, or raise max-handles-per-process in rsmd.conf"
      case .userBytes:
        "the handles of this user would cover more bytes than rsmd admits (MaxBytesPerUser in its status file); free handles "
          + "that are not in use, or raise max-bytes-per-user in rsmd.conf"
      case .processBytes:
        "the handles of this process would cover more bytes than rsmd admits (MaxBytesPerProcess in its status file); free "
          + "handles that are not in use, or raise max-bytes-per-process in rsmd.conf"
      case .userProcesses:
        "this user has as many processes at rsmd as it admits (MaxProcessesPerUser in its status file); end some, or raise "
          + "max-processes-per-user in rsmd.conf and the RLIMIT_NOFILE of rsmd"
      case .badTag: "the request says that more pages carry a tag than the range has"
      case .noSuchExport:
        "no live export segment has that id"
      case .notExporter:
        "the export segment belongs to another process; only the one that created it may change it"
      case .reservedSegmentID:
        "the segment id is reserved; an application publishes under 0x400000 to 0x7fffffff, or under 0 to be given one"
      case .segmentIDInUse:
        "another segment is published under that id; rsmctl segments lists them"
      case .alreadyPublished:
        "the export segment is published already; republish it to change who may connect"
      case .notPublished:
        "no segment is published under that id, or no longer the one that was opened"
      case .badMode:
        "the access list has bits beyond 0666, or the umask bits beyond 0777"
      case .notFilled:
        "the memory of the export segment has holes; install librsm and rsmd of one release"
      case .userSegments:
        "this user has as many export segments as rsmd admits (MaxSegmentsPerUser in its status file); destroy some, or raise "
          + "max-segments-per-user in rsmd.conf"
      case .userSegmentBytes:
        "the export segments of this user would have more bytes than rsmd admits (MaxSegmentBytesPerUser in its status file); "
          + "destroy some, or raise max-segment-bytes-per-user in rsmd.conf"
      case .userConnections:
        "this user has as many connections as rsmd admits (MaxConnectionsPerUser in its status file); end some, or raise "
          + "max-connections-per-user in rsmd.conf"
      case .noExportLeft:
        "rsmd has as many export segments as it can (MaxSegments in its status file); destroy some, or raise the RLIMIT_NOFILE of "
          + "rsmd"
      case .noMemory:
        "the kernel makes no file in memory of that size for rsmd; make the segment smaller"
      case .noSegmentID:
        "every segment id that rsmd assigns is in use; unpublish segments"
      case .notConnected:
        "the open file has no such connection"
      case .notReserved:
        "others may hold the memory of the export segment; what it is to move to must be reserved first"
      default: "rsmd gave reason \(rawValue)"
      }
    }
  }
}
