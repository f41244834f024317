import CFuse3
import CFuseShims
import Glibc
import RSMBackend
import RSMControl
import RSMKernel
import SystemPackage

/// What can be written to: the files `memory`, and once the socket.
extension Session {
  /// The kernel has found that the access list permits it.
  func openMemory(_ number: UInt64, _ request: fuse_req_t, _ file: UnsafeMutablePointer<fuse_file_info>) {
    let flags = unsafe file.pointee.flags
    let backend = fileSystem.backend
    guard let publication = backend.segments[publication: number] else {
      unsafe fuse_reply_err(request, ENOENT)
      return
    }
    guard flags & O_TRUNC == 0 else {
      unsafe fuse_reply_err(request, EPERM)
      return
    }
    let id = passthrough?.id(of: publication)
    guard
      let opened = backend.openMemory(
        of: publication, for: Rights(openFlags: flags), isPassthrough: id != nil, by: unsafe Caller(request))
    else {
      unsafe fuse_reply_err(request, EMFILE)
      return
    }
    let error: Int32
    if let id {
      error = unsafe cfuse_reply_passthrough(request, opened, id)
    } else {
      unsafe cfuse_set_direct_io(file)
      unsafe file.pointee.fh = opened
      error = unsafe fuse_reply_open(request, file)
    }
    // An interrupted open is never released.
    if error == -ENOENT { backend.release(memoryFile: opened) }
  }

  func readMemory(_ file: UInt64, _ request: fuse_req_t, _ size: Int, _ offset: off_t) {
    guard let memory = fileSystem.backend.memory(ofFile: file) else {
      unsafe fuse_reply_err(request, ENOENT)
      return
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    defer { unsafe buffer.deallocate() }
    do throws(Errno) {
      let count = try unsafe memory.file.read(into: buffer, at: offset)
      unsafe fuse_reply_buf(request, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), count)
    } catch {
      unsafe fuse_reply_err(request, error.rawValue)
    }
  }

  static let write:
    @convention(c) (
      fuse_req_t?, fuse_ino_t, UnsafePointer<CChar>?, Int, off_t, UnsafeMutablePointer<fuse_file_info>?
    ) -> Void = { request, inode, bytes, size, offset, file in
      guard let request = unsafe request, let file = unsafe file?.pointee.fh else { return }
      guard let session = unsafe session(request), case .segmentMemory = Node(inode: inode) else {
        unsafe fuse_reply_err(request, EROFS)
        return
      }
      guard let memory = session.fileSystem.backend.memory(ofFile: file) else {
        unsafe fuse_reply_err(request, ENOENT)
        return
      }
      do throws(Errno) {
        let count = try unsafe memory.file.write(UnsafeRawBufferPointer(start: bytes, count: size), at: offset)
        unsafe fuse_reply_write(request, count)
      } catch {
        unsafe fuse_reply_err(request, error.rawValue)
      }
    }

  /// The size of a segment is fixed, as that of any sealed file; nothing else can be changed anywhere.
  static let setAttributes:
    @convention(c) (
      fuse_req_t?, fuse_ino_t, UnsafeMutablePointer<stat>?, Int32, UnsafeMutablePointer<fuse_file_info>?
    ) -> Void = { request, inode, _, toSet, _ in
      guard let request = unsafe request else { return }
      if case .segmentMemory = Node(inode: inode), toSet & FUSE_SET_ATTR_SIZE != 0 {
        unsafe fuse_reply_err(request, EPERM)
      } else {
        unsafe fuse_reply_err(request, EROFS)
      }
    }

  /// bind(2) of our own socket, once; nothing else can be made.
  static let makeNode: @convention(c) (fuse_req_t?, fuse_ino_t, UnsafePointer<CChar>?, mode_t, dev_t) -> Void = {
    request, parent, name, mode, _ in
    guard let request = unsafe request else { return }
    guard let session = unsafe session(request), let name = unsafe name, Node(inode: parent) == .root,
      unsafe String(cString: name) == ControlTree.grant, mode & S_IFMT == S_IFSOCK, !session.fileSystem.hasGrant,
      unsafe Caller(request).uid == getuid()
    else {
      unsafe fuse_reply_err(request, EROFS)
      return
    }
    session.fileSystem.hasGrant = true
    guard let attributes = session.fileSystem.attributes(of: .grant) else { return }
    var entry = fuse_entry_param()
    entry.ino = Node.grant.inode
    entry.attr = attributes
    unsafe fuse_reply_entry(request, &entry)
  }
}

extension Rights {
  /// What an open file may do.
  fileprivate init(openFlags: Int32) {
    switch openFlags & O_ACCMODE {
    case O_RDONLY: self = .read
    case O_WRONLY: self = .write
    default: self = [.read, .write]
    }
  }
}
