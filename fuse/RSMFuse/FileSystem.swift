import Glibc
package import RSMBackend
import RSMControl
import RSMKernel

/// The control filesystem as a tree of nodes: names, attributes and contents. Knows libfuse only by its `stat` structures.
package final class FileSystem {
  package let backend: Backend
  private let status: () -> String
  private let uid = getuid()
  private let gid = getgid()
  private let started = Clock.microseconds

  /// - Parameter status: writes the text of the file `status`.
  package init(backend: Backend, status: @escaping () -> String) {
    self.backend = backend
    self.status = status
  }

  /// The node called `name` in a directory, nil if there is none.
  func lookup(_ name: String, in directory: Node) -> Node? {
    switch directory {
    case .root: Node.rootEntries.first { $0.name == name }?.node
    case .handles: Node.handleID(named: name).map(Node.handle).flatMap { attributes(of: $0) == nil ? nil : $0 }
    default: nil
    }
  }

  /// The attributes of a node, nil if it is gone.
  func attributes(of node: Node) -> stat? {
    var attributes = stat()
    attributes.st_ino = UInt(node.inode)
    attributes.st_nlink = 1
    attributes.st_uid = uid
    attributes.st_gid = gid
    attributes.st_mode = type(of: node)
    var changed = started
    switch node {
    case .root, .handles:
      attributes.st_mode |= 0o555
      attributes.st_nlink = 2
    case .control:
      attributes.st_mode |= 0o666
      attributes.st_size = 1
    case .status:
      attributes.st_mode |= 0o444
      attributes.st_size = ControlTree.statusFileLimit
      changed = Clock.microseconds
    case .handle(let id):
      guard let record = backend.handles[id] else { return nil }
      attributes.st_mode |= 0o400
      attributes.st_uid = record.uid
      attributes.st_gid = record.gid
      attributes.st_size = ControlTree.handleFileLimit
      changed = record.created
    }
    let time = timespec(tv_sec: Int(changed / 1_000_000), tv_nsec: Int(changed % 1_000_000) * 1000)
    attributes.st_mtim = time
    attributes.st_ctim = time
    attributes.st_atim = time
    return attributes
  }

  /// `S_IFDIR` or `S_IFREG`.
  func type(of node: Node) -> mode_t {
    node == .root || node == .handles ? S_IFDIR : S_IFREG
  }

  /// The entry of a directory after the one with cookie `cookie`, 0 for the first. The cookie of a handle comes from its id, so
  /// that handles which go while somebody lists change nothing for the others.
  func entry(after cookie: UInt64, in directory: Node) -> (name: String, node: Node, cookie: UInt64)? {
    switch (directory, cookie) {
    case (_, 0): (".", directory, 1)
    case (_, 1): ("..", .root, 2)
    case (.root, let cookie) where cookie - 2 < UInt64(Node.rootEntries.count):
      (Node.rootEntries[Int(cookie - 2)].name, Node.rootEntries[Int(cookie - 2)].node, cookie + 1)
    case (.handles, let cookie):
      backend.handles.next(after: cookie - 2).map { (String($0.id), .handle($0.id), $0.id + 2) }
    default: nil
    }
  }

  /// Produces the text of a file node, perhaps later; nil if the node is gone meanwhile.
  func contents(of node: Node, for reader: Caller, _ completion: @escaping ([UInt8]?) -> Void) {
    switch node {
    case .status: completion(Array(status().utf8))
    case .handle(let id):
      backend.describe(handle: id, for: reader) { file in completion(file.map { Array($0.text.utf8) }) }
    default: completion([])
    }
  }
}
