import CRSM
import Glibc
import RSMTestSupport
import Testing

/// Who may connect with which rights, and what a connection may then do.
@Suite struct SegmentAccessTests {
  /// A class of users, and the rights that it is to have.
  private struct Party {
    let name: String
    let program: SegmentProgram
    let rights: UInt32
  }

  private let id: UInt32 = 0x600000
  private let pages: UInt = 2

  /// Connects with every combination of rights and uses the connection in either direction.
  private func expectRights(_ party: Party, _ address: UInt, _ exporter: SegmentProgram, _ mode: String) throws {
    let program = party.program
    for wanted: UInt32 in [0o400, 0o200, 0o600] {
      let note = Comment("\(party.name) with 0\(String(wanted, radix: 8)), \(mode)")
      let isAdmitted = wanted & ~party.rights == 0
      let code = try program.code("connect 1 0 \(id) \(wanted) 9")
      #expect(code == (isAdmitted ? RSM_SUCCESS : RSMERR_PERM_DENIED), note)
      guard code == RSM_SUCCESS else { continue }
      let (reads, writes) = (wanted & 0o400 != 0, wanted & 0o200 != 0)
      let vector = try program.memory(pages: 1, value: 71)
      _ = try exporter.ask("fill \(address) \(pages * SegmentProgram.page) 70")
      let before = try exporter.number("peek \(address + 8)")
      try program.expectSuccess("init 9 1")
      #expect(try program.code("put 9 8 72") == (writes ? RSM_SUCCESS : RSMERR_PERM_DENIED), note)
      #expect(try program.code("putv 9 2 \(vector) 0 16 8 1") == (writes ? RSM_SUCCESS : RSMERR_PERM_DENIED), note)
      #expect(try exporter.number("peek \(address + 8)") == (writes ? 72 : before), note)
      #expect(try program.ask("get 9 4096") == (reads ? "0 70" : "\(RSMERR_PERM_DENIED) 0"), note)
      let got = try program.reply("getv 9 2 \(vector) 0 4096 8 1").code
      #expect(got == (reads ? RSM_SUCCESS : RSMERR_PERM_DENIED), note)
      #expect(try program.number("peek \(vector)") == (reads ? 70 : 71), note)
      try program.expectSuccess("unmap 9")
      for mapped: UInt32 in [0o400, 0o200, 0o600] {
        let map = try program.reply("map 9 0 \(mapped) 0 \(pages * SegmentProgram.page)")
        #expect(map.code == (mapped & ~wanted == 0 ? RSM_SUCCESS : RSMERR_BAD_PERMS), note)
        guard map.code == RSM_SUCCESS else { continue }
        if mapped == 0o400 { #expect(try program.number("peek \(map.value + 4096)") == 70, note) }
        if mapped & 0o200 != 0 {
          _ = try program.ask("poke \(map.value + 32) \(mapped)")
          #expect(try exporter.number("peek \(address + 32)") == UInt(mapped), note)
        }
        try program.expectSuccess("unmap 9")
      }
      try program.expectSuccess("forget 1", "disconnect 9")
      _ = try program.ask("munmap \(vector) 4096")
    }
  }

  @Test func theDigitOfTheUserDecides() throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let exporter = try SegmentProgram(mount, .ordinary)
    let owner = try SegmentProgram(mount, .ordinary)
    let member = try SegmentProgram(mount, .other, groups: [1, User.ordinary.uid])
    let other = try SegmentProgram(mount, .other)
    let root = try SegmentProgram(mount, .current)
    let address = try exporter.export(2, pages: pages)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0400")
    for mode: UInt32 in [0o400, 0o200, 0o600, 0o624, 0o060, 0o006, 0] {
      try exporter.expectSuccess("republish 2 1 0 \(mode)")
      let parties = [
        Party(name: "owner", program: owner, rights: mode & 0o600),
        Party(name: "member", program: member, rights: (mode & 0o060) << 3),
        Party(name: "other", program: other, rights: (mode & 0o006) << 6),
        Party(name: "root", program: root, rights: 0o600),
      ]
      for party in parties { try expectRights(party, address, exporter, "mode 0\(String(mode, radix: 8))") }
    }
  }

  @Test(arguments: [0o022, 0o077, 0o027, 0o000, 0o777] as [UInt32]) func anEmptyListIsTheMaskAtCreation(
    _ mask: UInt32
  ) throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let exporter = try SegmentProgram(mount, .ordinary)
    let member = try SegmentProgram(mount, .other, groups: [User.ordinary.uid])
    let other = try SegmentProgram(mount, .other)
    _ = try exporter.ask("umask \(mask)")
    let address = try exporter.export(2, pages: pages)
    _ = try exporter.ask("umask 0")
    let mode = 0o666 & ~mask
    func expectMask() throws {
      let note = "mask 0\(String(mask, radix: 8))"
      try expectRights(Party(name: "owner", program: exporter, rights: mode & 0o600), address, exporter, note)
      try expectRights(Party(name: "member", program: member, rights: (mode & 0o060) << 3), address, exporter, note)
      try expectRights(Party(name: "other", program: other, rights: (mode & 0o006) << 6), address, exporter, note)
    }
    try exporter.expectSuccess("publish 2 \(id) 0")
    try expectMask()
    try exporter.expectSuccess("republish 2 1 0 0600")
    #expect(try other.code("connect 1 0 \(id) 0400 9") == RSMERR_PERM_DENIED)
    try exporter.expectSuccess("republish 2 0")
    try expectMask()
  }

  @Test func republishingLeavesConnectionsAlone() throws {
    let mount = try TestMount()
    let exporter = try SegmentProgram(mount, .anybody)
    let importer = try SegmentProgram(mount, .anybodyElse)
    let address = try exporter.export(2, pages: pages, value: 1)
    try exporter.expectSuccess("publish 2 \(id) 1 0 0666")
    try importer.expectSuccess("connect 1 0 \(id) 0600 3", "init 3 1", "put 3 0 2")
    try exporter.expectSuccess("republish 2 1 0 0")
    try importer.expectSuccess("put 3 0 3", "get 3 4096", "unmap 3", "map 3 0 0600 0 8192", "init 3 2")
    try importer.expectSuccess("open-barrier 2", "close-barrier 2")
    #expect(try exporter.number("peek \(address)") == 3)
    if getuid() == 0 { #expect(try importer.code("connect 1 0 \(id) 0400 4") == RSMERR_PERM_DENIED) }
    try importer.expect([("connect 1 0 \(id) 0 4", RSM_SUCCESS), ("get 4 0", RSMERR_PERM_DENIED)])
  }
}
