/// The contents of `handles/<id>`. Keys are never renamed and never removed.
package struct HandleFile: KeyedFile, Sendable {
  package enum Key: String, CaseIterable, Sendable {
    /// The number of the handle at rsmd, the name of the file; never used again.
    case id = "Id"
    /// The controller the handle was made on.
    case controller = "Controller"
    /// The owner's process id, in the PID namespace of rsmd.
    case pid = "Pid"
    /// The user that created the handle, who may read this file.
    case uid = "Uid"
    case gid = "Gid"
    /// The first address of the range in the owner's address space, hexadecimal.
    case address = "Address"
    /// Bytes, as given to `rsm_create_localmemory_handle`.
    case length = "Length"
    /// Whole pages covered by the range.
    case pages = "Pages"
    /// Seconds since 1970.
    case created = "Created"
    /// How much of the range carries an identity tag: full, partial or none.
    case tag = "Tag"
    /// claimed, pinned, unpinned (n of m pages), stale or unknown (why).
    case state = "State"
    /// Bytes of the range that the kernel holds locked, `-` if not known.
    case locked = "Locked"
    /// Bytes of the range that are in memory, `-` if not known.
    case resident = "Resident"
    /// When the kernel was asked, in seconds since 1970, `-` if it was not.
    case checked = "Checked"
    /// How it was asked: probe (process_madvise and PAGEMAP_SCAN), smaps, or `-`.
    case method = "Method"
  }

  /// What the kernel said at `time`.
  package struct Check: Equatable, Sendable {
    package let time: Timestamp
    package let method: String
    /// Bytes.
    package let locked: UInt64
    /// Bytes.
    package let resident: UInt64

    package init(time: Timestamp, method: String, locked: UInt64, resident: UInt64) {
      self.time = time
      self.method = method
      self.locked = locked
      self.resident = resident
    }
  }

  package var id: UInt64
  package var controller: String
  package var pid: Int32
  package var uid: UInt32
  package var gid: UInt32
  package var address: UInt64
  package var length: UInt64
  package var pages: UInt64
  /// Pages that carry an identity tag.
  package var tagged: UInt64
  package var created: Timestamp
  package var state: HandleState
  package var check: Check?

  package init(
    id: UInt64, controller: String, pid: Int32, uid: UInt32, gid: UInt32, address: UInt64, length: UInt64,
    pages: UInt64, tagged: UInt64, created: Timestamp, state: HandleState, check: Check?
  ) {
    self.id = id
    self.controller = controller
    self.pid = pid
    self.uid = uid
    self.gid = gid
    self.address = address
    self.length = length
    self.pages = pages
    self.tagged = tagged
    self.created = created
    self.state = state
    self.check = check
  }

  package func value(of key: Key) -> String {
    switch key {
    case .id: String(id)
    case .controller: controller
    case .pid: String(pid)
    case .uid: String(uid)
    case .gid: String(gid)
    case .address: "0x" + String(address, radix: 16)
    case .length: String(length)
    case .pages: String(pages)
    case .created: created.description
    case .tag: tagged == 0 ? "none" : tagged == pages ? "full" : "partial"
    case .state: state.description
    case .locked: check.map { String($0.locked) } ?? "-"
    case .resident: check.map { String($0.resident) } ?? "-"
    case .checked: check?.time.description ?? "-"
    case .method: check?.method ?? "-"
    }
  }
}
