/// The keys of the file `status`. Never renamed and never removed.
package enum StatusKey: String, CaseIterable, Sendable {
  /// The release of rsmd.
  case version = "Version"
  /// The version of the control ABI.
  case abi = "Abi"
  /// system (root) or rootless (one user, by way of fusermount3).
  case mode = "Mode"
  /// Process id of the agent that answers.
  case agent = "Agent"
  /// Process id of the keeper that holds the mount.
  case keeper = "Keeper"
  /// Seconds since the agent started.
  case uptime = "Uptime"
  /// Live local memory handles.
  case handles = "Handles"
  /// Live handles that are admitted.
  case maxHandles = "MaxHandles"
  /// Bytes the live handles cover, whole pages, overlaps counted each time: what owners claim, not what is proven pinned.
  case claimed = "Claimed"
  /// Live handles whose memory is other memory than was registered, as of the last look at it.
  case stale = "Stale"
  /// Live handles some of whose pages were not locked or not resident, as of the last look.
  case unpinned = "Unpinned"
  /// Processes that have said HELLO and live.
  case processes = "Processes"
  /// Open files of `ctl`.
  case openFiles = "OpenFiles"
  /// Requests answered so far.
  case requests = "Requests"
  /// Requests refused so far.
  case refused = "Refused"
  /// How handles are checked: probe, smaps, or none where nobody is asked.
  case inspection = "Inspection"
  /// Inspectors that are at work or ready.
  case inspectors = "Inspectors"
  /// Inspectors that did not answer in time and were replaced.
  case inspectorsReplaced = "InspectorsReplaced"
  /// Kernel features in use.
  case features = "Features"
  /// Kernel features that are missing, `-` if none.
  case missing = "Missing"
  /// Limits of one user, who is not root, and of one process, as in rsmd.conf: a number, or unlimited.
  case maxHandlesPerUser = "MaxHandlesPerUser"
  case maxHandlesPerProcess = "MaxHandlesPerProcess"
  case maxBytesPerUser = "MaxBytesPerUser"
  case maxBytesPerProcess = "MaxBytesPerProcess"
  /// Processes that can be watched in all: as many as there are descriptors for.
  case maxProcesses = "MaxProcesses"
  case maxProcessesPerUser = "MaxProcessesPerUser"
  case maxFilesPerUser = "MaxFilesPerUser"
  /// Reads of handle files that wait for an inspector.
  case heldReads = "HeldReads"
  case maxHeldReadsPerUser = "MaxHeldReadsPerUser"
  /// Export segments, published or not.
  case segments = "Segments"
  /// As many as there are descriptors and generation slots for.
  case maxSegments = "MaxSegments"
  case maxSegmentsPerUser = "MaxSegmentsPerUser"
  /// Bytes of the export segments.
  case segmentBytes = "SegmentBytes"
  case maxSegmentBytesPerUser = "MaxSegmentBytesPerUser"
  /// Export segments that have a segment id.
  case published = "Published"
  /// Connections to segments, aborted ones too until their owners let go of them.
  case connections = "Connections"
  case maxConnectionsPerUser = "MaxConnectionsPerUser"
  /// Bytes up to which clients' RLIMIT_MEMLOCK is raised, or off.
  case raiseMemlock = "RaiseMemlock"
}
