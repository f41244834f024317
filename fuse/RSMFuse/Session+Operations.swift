import CFuse3
import CFuseShims
import Glibc
import RSMBackend
import RSMControl

/// The callbacks of libfuse: each finds the session, checks what the kernel passes, asks the file system, and replies once.
extension Session {
  static var operations: fuse_lowlevel_ops {
    var operations = fuse_lowlevel_ops()
    unsafe cfuse_refuse_changes(&operations)
    unsafe operations.`init` = didInitialize
    unsafe operations.lookup = lookup
    unsafe operations.getattr = getAttributes
    unsafe operations.readdir = readDirectory
    unsafe operations.readlink = readLink
    unsafe operations.open = open
    unsafe operations.read = read
    unsafe operations.release = release
    unsafe operations.write = write
    unsafe operations.setattr = setAttributes
    unsafe operations.mknod = makeNode
    return operations
  }

  static func session(_ request: fuse_req_t) -> Session? {
    guard let data = unsafe fuse_req_userdata(request) else { return nil }
    return unsafe Unmanaged<Session>.fromOpaque(data).takeUnretainedValue()
  }

  private static let didInitialize:
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<fuse_conn_info>?) -> Void = { data, _ in
      guard let data = unsafe data else { return }
      let session = unsafe Unmanaged<Session>.fromOpaque(data).takeUnretainedValue()
      session.initialized(session.offer ?? KernelOffer())
    }

  private static let lookup: @convention(c) (fuse_req_t?, fuse_ino_t, UnsafePointer<CChar>?) -> Void = {
    request, parent, name in
    guard let request = unsafe request else { return }
    guard let session = unsafe session(request), let name = unsafe name, let parent = Node(inode: parent),
      let node = session.fileSystem.lookup(unsafe String(cString: name), in: parent),
      let attributes = session.fileSystem.attributes(of: node)
    else {
      unsafe fuse_reply_err(request, ENOENT)
      return
    }
    var entry = fuse_entry_param()
    entry.ino = node.inode
    entry.attr = attributes
    unsafe fuse_reply_entry(request, &entry)
  }

  private static let getAttributes:
    @convention(c) (fuse_req_t?, fuse_ino_t, UnsafeMutablePointer<fuse_file_info>?) -> Void = { request, inode, _ in
      guard let request = unsafe request else { return }
      guard let session = unsafe session(request), let node = Node(inode: inode),
        var attributes = session.fileSystem.attributes(of: node)
      else {
        unsafe fuse_reply_err(request, ENOENT)
        return
      }
      unsafe fuse_reply_attr(request, &attributes, 0)
    }

  private static let readLink: @convention(c) (fuse_req_t?, fuse_ino_t) -> Void = { request, inode in
    guard let request = unsafe request else { return }
    guard let session = unsafe session(request), let target = Node(inode: inode).flatMap(session.fileSystem.target)
    else {
      unsafe fuse_reply_err(request, ENOENT)
      return
    }
    unsafe fuse_reply_readlink(request, target)
  }

  private static let readDirectory:
    @convention(c) (fuse_req_t?, fuse_ino_t, Int, off_t, UnsafeMutablePointer<fuse_file_info>?) -> Void = {
      request, inode, size, cookie, _ in
      guard let request = unsafe request else { return }
      guard let session = unsafe session(request), let directory = Node(inode: inode) else {
        unsafe fuse_reply_err(request, ENOENT)
        return
      }
      let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
      defer { unsafe buffer.deallocate() }
      var used = 0
      session.fileSystem.list(directory, after: UInt64(bitPattern: Int64(cookie))) { entry in
        var attributes = stat()
        attributes.st_ino = UInt(entry.node.inode)
        attributes.st_mode = session.fileSystem.type(of: entry.node)
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[used...])
        let needed = unsafe fuse_add_direntry(
          request, rest.baseAddress, rest.count, entry.name, &attributes, off_t(entry.cookie))
        guard needed <= rest.count else { return false }
        used += needed
        return true
      }
      unsafe fuse_reply_buf(request, buffer.baseAddress, used)
    }

  private static let open: @convention(c) (fuse_req_t?, fuse_ino_t, UnsafeMutablePointer<fuse_file_info>?) -> Void = {
    request, inode, file in
    guard let request = unsafe request, let file = unsafe file else { return }
    guard let session = unsafe session(request), let node = Node(inode: inode) else {
      unsafe fuse_reply_err(request, ENOENT)
      return
    }
    if case .segmentMemory(let number) = node { return unsafe session.openMemory(number, request, file) }
    unsafe cfuse_set_direct_io(file)
    let caller = unsafe Caller(request)
    let opened = node == .control ? session.fileSystem.backend.openFile(by: caller) : session.newSnapshot(for: caller)
    guard let opened else {
      unsafe fuse_reply_err(request, EMFILE)
      return
    }
    unsafe file.pointee.fh = opened
    // An interrupted open is never released.
    if unsafe fuse_reply_open(request, file) == -ENOENT { session.closed(node, file: unsafe file.pointee.fh) }
  }

  private static let release: @convention(c) (fuse_req_t?, fuse_ino_t, UnsafeMutablePointer<fuse_file_info>?) -> Void =
    { request, inode, file in
      guard let request = unsafe request, let file = unsafe file else { return }
      if let session = unsafe session(request), let node = Node(inode: inode) {
        session.closed(node, file: unsafe file.pointee.fh)
      }
      unsafe fuse_reply_err(request, 0)
    }

  func closed(_ node: Node, file: UInt64) {
    if node == .control {
      fileSystem.backend.release(file: file)
    } else if case .segmentMemory = node {
      fileSystem.backend.release(memoryFile: file)
    } else if let snapshot = snapshots.removeValue(forKey: file) {
      fileSystem.backend.quotas.removeFile(of: snapshot.opener)
    }
  }

  private static let read:
    @convention(c) (fuse_req_t?, fuse_ino_t, Int, off_t, UnsafeMutablePointer<fuse_file_info>?) -> Void = {
      request, inode, size, offset, file in
      guard let request = unsafe request, let file = unsafe file?.pointee.fh else { return }
      guard let session = unsafe session(request), let node = Node(inode: inode) else {
        unsafe fuse_reply_err(request, ENOENT)
        return
      }
      if case .segmentMemory = node { return unsafe session.readMemory(file, request, size, offset) }
      guard node != .control, offset == 0 else {
        unsafe reply(request, session.snapshots[file]?.text ?? [], offset, size)
        return
      }
      session.fileSystem.contents(of: node, for: unsafe Caller(request)) { text in
        guard let text else {
          unsafe fuse_reply_err(request, ENOENT)
          return
        }
        session.snapshots[file]?.text = text
        unsafe reply(request, text, 0, size)
      }
    }

  private static func reply(_ request: fuse_req_t, _ text: [UInt8], _ offset: off_t, _ size: Int) {
    let start = min(max(Int(offset), 0), text.count)
    let count = min(size, text.count - start)
    unsafe text.withUnsafeBytes { bytes in
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
      _ = unsafe fuse_reply_buf(request, part.baseAddress?.assumingMemoryBound(to: CChar.self), count)
    }
  }
}

extension Caller {
  init(_ request: fuse_req_t) {
    guard let context = unsafe fuse_req_ctx(request) else { preconditionFailure("a request without a context") }
    unsafe self.init(thread: context.pointee.pid, uid: context.pointee.uid, gid: context.pointee.gid)
  }
}
