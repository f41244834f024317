import RSMFuse
import Testing

@Suite struct NodeTests {
  private let ids: [UInt64] = [1, 2, 0xfff, 0x1000, 1 << 32, 1 << 55, 1 << 56 - 1]
  private let pids: [Int32] = [1, 2, 0xfff, 0x1000, 4_194_304, .max]

  private var nodes: [Node] {
    [.root, .control, .status, .metrics, .handles, .processes, .controllers, .loopback, .grant, .segments]
      + ids.flatMap { [.handle($0), .handleLink($0), .exportLink($0), .importLink($0)] }
      + ids.flatMap { [.segment($0), .segmentInfo($0), .segmentImporters($0), .segmentMemory($0)] }
      + pids.flatMap { [.process($0), .processStatus($0), .processHandles($0)] }
      + pids.flatMap { [.processExports($0), .processImports($0)] }
  }

  @Test func everyNodeHasAnInodeOfItsOwn() {
    for node in nodes {
      #expect(Node(inode: node.inode) == node)
    }
    #expect(Set(nodes.map(\.inode)).count == nodes.count)
    #expect(Node.root.inode == 1, "FUSE_ROOT_ID")
  }

  @Test func otherInodesAreNoNodes() {
    let kinds = (0...UInt64(0xff)).map { $0 << 56 }
    let values: [UInt64] = [0, 11, 12, 1 << 31, 1 << 32, 1 << 56 - 1]
    var inodes: [UInt64] = [.max, .max - 1, .max - 0x1000, 1 << 63]
    for kind in kinds {
      for value in values { inodes.append(kind | value) }
    }
    for inode in inodes {
      guard let node = Node(inode: inode) else { continue }
      #expect(node.inode == inode)
    }
    for kind: UInt64 in 0...0xff {
      #expect(Node(inode: kind << 56) == nil, "no value")
    }
    for kind: UInt64 in 14...0xff {
      #expect(Node(inode: kind << 56 | 1) == nil, "no kind")
    }
    for kind: UInt64 in [2, 3, 4, 10, 11] {
      #expect(Node(inode: kind << 56 | 1 << 31) == nil, "no process id")
    }
    #expect(Node(inode: 11) == nil)
  }

  @Test func namesHaveOneSpelling() {
    #expect(Node.id(named: "17") == 17)
    #expect(Node.id(named: "72057594037927935") == 1 << 56 - 1)
    #expect(Node.processID(named: "17") == 17)
    #expect(Node.processID(named: "2147483647") == .max)
    for name in [
      "", "0", "00", "-0", "+0", "01", "+1", "-1", " 1", "1 ", "1\n", "0x1", "x", ".", "..", "\u{0661}",
      "72057594037927936",
      "18446744073709551615", "18446744073709551616", String(repeating: "9", count: 255),
    ] {
      #expect(Node.id(named: name) == nil, "\(name)")
      #expect(Node.processID(named: name) == nil, "\(name)")
      #expect(Node.segmentID(named: name) == nil, "\(name)")
    }
    #expect(Node.segmentID(named: "4294967295") == .max && Node.segmentID(named: "4294967296") == nil)
    for name in ["2147483648", "4294967297", "-2147483648"] {
      #expect(Node.processID(named: name) == nil, "\(name)")
    }
  }
}
