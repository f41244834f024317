import RSMKernel
import Testing

@testable import RSMBackend

@Suite struct SmapsTests {
  @Test func lockedAreasAreThoseWithTheFlag() {
    let text = """
      7f0000000000-7f0000004000 rw-p 00000000 00:00 0
      Size:                 16 kB
      VmFlags: rd wr mr mw me lo ac
      7f0000004000-7f0000006000 rw-p 00000000 00:00 0 [heap]
      VmFlags: rd wr mr mw me lo ac
      7f0000006000-7f0000007000 r--p 00000000 08:01 12 /lib/lo
      VmFlags: rd mr mw me
      7f0000200000-7f0000400000 rw-p 00000000 00:10 9 /anon_hugepage (deleted)
      VmFlags: rd wr mr mw me de ht
      """
    #expect(
      Smaps.lockedAreas(in: text) == [
        PageRange(start: 0x7f00_0000_0000, end: 0x7f00_0000_6000),
        PageRange(start: 0x7f00_0020_0000, end: 0x7f00_0040_0000),
      ])
    #expect(Smaps.lockedAreas(in: "").isEmpty)
  }
}
