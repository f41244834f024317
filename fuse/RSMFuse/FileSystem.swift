import Glibc
package import RSMBackend
import RSMControl
import RSMKernel

/// The control filesystem as a tree of nodes: names, attributes and contents. Knows libfuse only by its `stat` structures.
package final class FileSystem {
  package let backend: Backend
  /// Whether the socket `grant` has been bound.
  var hasGrant = false
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
      case .handles: Node.id(named: name).map(Node.handle)
      case .processes: Node.processID(named: name).map(Node.process)
      case .segments: segment(named: name).map { .segment($0.number) }
      case .processHandles(let pid):
        Node.id(named: name).flatMap { backend.owner(ofHandle: $0) == pid ? .handleLink($0) : nil }
      case .processExports(let pid):
        segment(named: name).flatMap { $0.export.pid == pid ? .exportLink($0.number) : nil }
      case .processImports(let pid):
        Node.id(named: name).flatMap { backend.segments[connection: $0]?.pid == pid ? .importLink($0) : nil }
      default: directory.fixedEntries?.first { $0.name == name }?.node
      }
    guard let node, attributes(of: node) != nil else { return nil }
    return node
  }

  private func segment(named name: String) -> Publication? {
    Node.segmentID(named: name).flatMap { backend.segments[segment: $0] }
  }

  /// The attributes of a node, nil if it is gone.
  func attributes(of node: Node) -> stat? {
    let attributes: Attributes? =
      switch node {
      // Binding the socket writes to the directory.
      case .root: Attributes(hasGrant ? 0o555 : 0o755, changed: started)
      case .handles, .processes, .controllers, .segments: Attributes(0o555, changed: started)
      case .control: Attributes(0o666, size: 1, changed: started)
      case .grant: hasGrant ? Attributes(0o666, changed: started) : nil
      case .loopback: Attributes(0o444, size: ControlTree.controllerFileLimit, changed: started)
      case .status, .metrics: Attributes(0o444, size: ControlTree.statusFileLimit, changed: Clock.microseconds)
      case .process(let pid), .processHandles(let pid), .processExports(let pid), .processImports(let pid):
        attributes(ofProcess: pid, 0o555)
      case .processStatus(let pid): attributes(ofProcess: pid, 0o444, size: ControlTree.processFileLimit)
      case .handle(let id): attributes(ofHandle: id, 0o400, size: ControlTree.handleFileLimit)
      case .handleLink(let id): attributes(ofHandle: id, 0o777, size: target(of: node)?.utf8.count ?? 0)
      case .segment(let number): attributes(ofPublication: number, 0o555)
      case .segmentInfo(let number): attributes(ofPublication: number, 0o444, size: ControlTree.segmentFileLimit)
      case .segmentImporters, .segmentMemory: sharedAttributes(of: node)
      case .exportLink(let number): attributes(ofPublication: number, 0o777, size: target(of: node)?.utf8.count ?? 0)
      case .importLink(let id): attributes(ofConnection: id, size: target(of: node)?.utf8.count ?? 0)
      }
    return attributes.map { status(of: node, $0) }
  }

  /// What the kinds of nodes differ in.
  private struct Attributes {
    let mode: mode_t
    let size: Int
    /// Nil for those of rsmd.
    let owner: (uid: UInt32, gid: UInt32?)?
    /// Microseconds since 1970.
    let changed: UInt64

    init(_ mode: mode_t, size: Int = 0, owner: (uid: UInt32, gid: UInt32?)? = nil, changed: UInt64) {
      self.mode = mode
      self.size = size
      self.owner = owner
      self.changed = changed
    }
  }

  private func attributes(ofProcess pid: Int32, _ mode: mode_t, size: Int = 0) -> Attributes? {
    backend.processes[pid].map { Attributes(mode, size: size, owner: ($0.uid, nil), changed: $0.since) }
  }

  private func attributes(ofHandle id: UInt64, _ mode: mode_t, size: Int) -> Attributes? {
    backend.handles[id].map { Attributes(mode, size: size, owner: ($0.uid, $0.gid), changed: $0.created) }
  }

  private func attributes(ofPublication number: UInt64, _ mode: mode_t, size: Int = 0) -> Attributes? {
    backend.segments[publication: number].map {
      Attributes(mode, size: size, owner: ($0.export.uid, $0.export.gid), changed: $0.time)
    }
  }

  private func attributes(ofConnection id: UInt64, size: Int) -> Attributes? {
    guard let connection = backend.segments[connection: id], !connection.isAborted else { return nil }
    return Attributes(0o777, size: size, owner: (connection.uid, nil), changed: connection.publication.time)
  }

  /// Of the files of a segment that others have a part in.
  private func sharedAttributes(of node: Node) -> Attributes? {
    switch node {
    case .segmentImporters(let number):
      let lines = backend.segments[publication: number].map { max(1, $0.connectionCount) } ?? 0
      return attributes(ofPublication: number, 0o444, size: lines * ControlTree.importerLineLimit)
    case .segmentMemory(let number):
      guard let publication = backend.segments[publication: number] else { return nil }
      return attributes(ofPublication: number, mode_t(publication.mode), size: Int(publication.export.length))
    default: return nil
    }
  }

  private func status(of node: Node, _ attributes: Attributes) -> stat {
    var status = stat()
    status.st_ino = UInt(node.inode)
    status.st_nlink = linkCount(of: node)
    status.st_uid = attributes.owner?.uid ?? uid
    status.st_gid = attributes.owner?.gid ?? gid
    status.st_mode = type(of: node) | attributes.mode
    status.st_size = attributes.size
    let changed = attributes.changed
    let time = timespec(tv_sec: Int(changed / 1_000_000), tv_nsec: Int(changed % 1_000_000) * 1000)
    status.st_mtim = time
    status.st_ctim = time
    status.st_atim = time
    return status
  }

  /// 1 for a file; 2 for a directory, and one for each directory in it.
  private func linkCount(of node: Node) -> nlink_t {
    guard type(of: node) == S_IFDIR else { return 1 }
    let directories = node.fixedEntries?.count { type(of: $0.node) == S_IFDIR } ?? 0
    return switch node {
    case .processes: nlink_t(2 + backend.processCount)
    case .segments: nlink_t(2 + backend.segments.publishedCount)
    default: nlink_t(2 + directories)
    }
  }

  /// `S_IFDIR`, `S_IFLNK`, `S_IFSOCK` or `S_IFREG`.
  func type(of node: Node) -> mode_t {
    switch node {
    case .root, .handles, .processes, .controllers, .segments, .segment, .process, .processHandles, .processExports,
      .processImports:
      S_IFDIR
    case .handleLink, .exportLink, .importLink: S_IFLNK
    case .grant: S_IFSOCK
    default: S_IFREG
    }
  }

  /// Where a symbolic link points, nil if it is gone or none.
  func target(of node: Node) -> String? {
    switch node {
    case .handleLink(let id):
      backend.handles[id].map { "../../../\(ControlTree.handles)/\($0.id)" }
    case .exportLink(let number):
      backend.segments[publication: number].map { Self.target(ofLinkTo: $0) }
    case .importLink(let id):
      backend.segments[connection: id].flatMap { $0.isAborted ? nil : Self.target(ofLinkTo: $0.publication) }
    default: nil
    }
  }

  private static func target(ofLinkTo publication: Publication) -> String {
    "../../../\(ControlTree.segments)/\(publication.segmentID)"
  }

  /// Produces the text of a file node, perhaps later; nil if the node is gone meanwhile.
  func contents(of node: Node, for reader: Caller, _ completion: @escaping ([UInt8]?) -> Void) {
    switch node {
    case .status: completion(Array(status().utf8))
    case .metrics: completion(Array(metrics().utf8))
    case .loopback: completion(Array(backend.loopback.text.utf8))
    case .processStatus(let pid): completion(backend.describe(process: pid).map { Array($0.text.utf8) })
    case .segmentInfo(let number):
      completion(backend.describe(publication: number, for: reader).map { Array($0.text.utf8) })
    case .segmentImporters(let number): completion(backend.importers(ofPublication: number).map { Array($0.utf8) })
    case .handle(let id):
      backend.describe(handle: id, for: reader) { file in completion(file.map { Array($0.text.utf8) }) }
    default: completion([])
    }
  }
}
