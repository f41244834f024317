import Glibc
package import RSMBackend
import RSMControl
import RSMKernel

/// The control filesystem as a tree of nodes: names, attributes and contents. Knows libfuse only by its `stat` structures.
package final class FileSystem {
  package let backend: Backend
  private let status: () -> String
  private let metrics: () -> String
  private let uid = getuid()
  private let gid = getgid()
  private let started = Clock.microseconds

  /// - Parameters:
  ///   - status: writes the text of the file `status`.
  ///   - metrics: writes the text of the file `metrics.prom`.
  package init(backend: Backend, status: @escaping () -> String, metrics: @escaping () -> String) {
    self.backend = backend
    self.status = status
    self.metrics = metrics
  }

  /// The node called `name` in a directory, nil if there is none.
  func lookup(_ name: String, in directory: Node) -> Node? {
    let node: Node? =
      switch directory {
      case .handles: Node.handleID(named: name).map(Node.handle)
      case .processes: Node.processID(named: name).map(Node.process)
      case .processHandles(let pid):
        Node.handleID(named: name).flatMap { backend.owner(ofHandle: $0) == pid ? .handleLink($0) : nil }
      default: directory.fixedEntries?.first { $0.name == name }?.node
      }
    guard let node, attributes(of: node) != nil else { return nil }
    return node
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
    case .root, .handles, .processes, .controllers:
      attributes.st_mode |= 0o555
      attributes.st_nlink = linkCount(of: node)
    case .control:
      attributes.st_mode |= 0o666
      attributes.st_size = 1
    case .loopback:
      attributes.st_mode |= 0o444
      attributes.st_size = ControlTree.controllerFileLimit
    case .status, .metrics:
      attributes.st_mode |= 0o444
      attributes.st_size = ControlTree.statusFileLimit
      changed = Clock.microseconds
    case .process(let pid), .processStatus(let pid), .processHandles(let pid):
      guard let process = backend.processes[pid] else { return nil }
      attributes.st_mode |= node == .processStatus(pid) ? 0o444 : 0o555
      attributes.st_nlink = linkCount(of: node)
      attributes.st_uid = process.uid
      attributes.st_size = node == .processStatus(pid) ? ControlTree.processFileLimit : 0
      changed = process.since
    case .handle(let id), .handleLink(let id):
      guard let record = backend.handles[id] else { return nil }
      attributes.st_mode |= node == .handle(id) ? 0o400 : 0o777
      attributes.st_uid = record.uid
      attributes.st_gid = record.gid
      attributes.st_size = node == .handle(id) ? ControlTree.handleFileLimit : Self.target(ofLinkTo: id).utf8.count
      changed = record.created
    }
    let time = timespec(tv_sec: Int(changed / 1_000_000), tv_nsec: Int(changed % 1_000_000) * 1000)
    attributes.st_mtim = time
    attributes.st_ctim = time
    attributes.st_atim = time
    return attributes
  }

  /// 1 for a file; 2 for a directory, and one for each directory in it.
  private func linkCount(of node: Node) -> nlink_t {
    guard type(of: node) == S_IFDIR else { return 1 }
    let directories = node.fixedEntries?.count { type(of: $0.node) == S_IFDIR } ?? 0
    return nlink_t(2 + (node == .processes ? backend.processCount : directories))
  }

  /// `S_IFDIR`, `S_IFLNK` or `S_IFREG`.
  func type(of node: Node) -> mode_t {
    switch node {
    case .root, .handles, .processes, .controllers, .process, .processHandles: S_IFDIR
    case .handleLink: S_IFLNK
    default: S_IFREG
    }
  }

  /// Where a symbolic link points, nil if it is gone or none.
  func target(of node: Node) -> String? {
    guard case .handleLink(let id) = node, backend.handles[id] != nil else { return nil }
    return Self.target(ofLinkTo: id)
  }

  private static func target(ofLinkTo id: UInt64) -> String {
    "../../../\(ControlTree.handles)/\(id)"
  }

  /// Produces the text of a file node, perhaps later; nil if the node is gone meanwhile.
  func contents(of node: Node, for reader: Caller, _ completion: @escaping ([UInt8]?) -> Void) {
    switch node {
    case .status: completion(Array(status().utf8))
    case .metrics: completion(Array(metrics().utf8))
    case .loopback: completion(Array(backend.loopback.text.utf8))
    case .processStatus(let pid): completion(backend.describe(process: pid).map { Array($0.text.utf8) })
    case .handle(let id):
      backend.describe(handle: id, for: reader) { file in completion(file.map { Array($0.text.utf8) }) }
    default: completion([])
    }
  }
}
