import RSMKernel
import Testing

@Suite struct MountTableTests {
  @Test func linesOfAllShapesAreRead() {
    let table = MountTable(
      parsing: """
        22 1 0:20 / / rw,relatime - overlay overlay rw
        36 22 0:41 / /run/user/1 rw shared:1 master:2 - tmpfs tmpfs rw,size=4k
        57 36 0:52 / /run/user/1/with\\040blank\\134 rw - fuse.rsm rsm:7:8:9 rw,user_id=1
        58 57 0:53 / /run/user/1/with\\040blank\\134 rw - fuse.rsm rsm rw,user_id=1
        nonsense

        """)
    #expect(table.entries.map(\.id) == [22, 36, 57, 58])
    let path = "/run/user/1/with blank\\"
    #expect(table.top(at: path) == table.entries[3], "the uppermost")
    #expect(table.entries[2].source == "rsm:7:8:9" && table.entries[2].type == "fuse.rsm")
    #expect(table.top(at: "/run/user/1/") == nil)
  }

  @Test func theRootIsMounted() throws {
    #expect(try MountTable().top(at: "/") != nil)
  }
}
