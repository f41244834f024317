/// Pinned memory of this process, entered at rsmd. Freed when the owner goes.
public struct LocalMemoryHandle: ~Copyable, Sendable {
  package let token: Token
  /// The number of the handle at rsmd: its file is `handles/<id>` in the control filesystem.
  public let id: UInt64
  /// The first byte.
  public let address: UInt
  /// Bytes, as registered.
  public let length: Int

  deinit {
    try? Runtime.current().freeHandle(token)
  }

  /// Unpins the memory and removes the handle, as `rsm_free_localmemory_handle`(3RSM).
  ///
  /// - Throws: `badLocalMemoryHandle` in a forked child, which does not own its parent's handles.
  public consuming func free() throws(RSMError) {
    let token = token
    discard self
    try Runtime.current().freeHandle(token)
  }
}
