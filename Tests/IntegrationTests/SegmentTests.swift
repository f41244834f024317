import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

/// Export segments by way of raw requests: publication, connection, grants, withdrawal.
@Suite struct SegmentTests {
  private let mount: TestMount
  private let exporter: SegmentClient
  private let importer: SegmentClient
  private let segment: UInt32 = 0x400000

  init() throws {
    mount = try TestMount()
    exporter = try SegmentClient(mount, .anybody)
    importer = try SegmentClient(mount, .anybody)
  }

  @Test func bothSidesSeeTheSameBytes() throws {
    let export = try exporter.export()
    let ours = try exporter.map(export.memory)
    #expect(ours > 0)
    try exporter.poke(ours, 17)
    #expect(try exporter.publish(export.id, segment, mode: 0o600).values == [UInt64(segment)])
    let file = try importer.open(segment)
    let connection = try importer.connect(file)
    #expect(connection.length == 8192 && connection.rights == 0o600)
    #expect(try importer.connect(file).id == connection.id, "asked again, it answers again")
    #expect(connection.generation == UInt64(try importer.generation(connection.slot)))
    let granted = try importer.grant(3, connection.id)
    #expect(granted.code == RSM_SUCCESS)
    let theirs = try importer.map(granted.descriptor)
    #expect(try importer.peek(theirs) == 17)
    try importer.poke(theirs + 4096, 18)
    #expect(try exporter.peek(ours + 4096) == 18)
    #expect(try importer.dialogue.ask("read \(file) 4096") == "0 18")
    #expect(try importer.number("write \(file) 8 19") == 0)
    #expect(try exporter.peek(ours + 8) == 19)
    #expect(try importer.number("truncate \(file) 4096") == -Int(EPERM))
    #expect(try importer.number("truncate \(granted.descriptor) 4096") == -Int(EPERM))
    #expect(try importer.number("punch \(file)") == -Int(EOPNOTSUPP))
    #expect(try importer.open(segment, O_RDWR | O_TRUNC) == -Int(EPERM))
    #expect(try mount.number(.connections) == 1 && mount.number(.published) == 1)
  }

  @Test func aWithdrawnSegmentIsTheImportersAlone() throws {
    let export = try exporter.export()
    let old = try exporter.map(export.memory)
    _ = try exporter.publish(export.id, segment)
    let file = try importer.open(segment)
    let connection = try importer.connect(file)
    let theirs = try importer.map(try importer.grant(3, connection.id).descriptor)
    let counter = try importer.generation(connection.slot)
    #expect(try exporter.unpublish(export.id), "the memory had been handed out")
    #expect(try importer.generation(connection.slot) == counter + 1)
    #expect(try importer.open(segment) == -Int(ENOENT))
    let fresh = try exporter.grant(2, export.id)
    #expect(fresh.code == RSM_SUCCESS)
    #expect(try exporter.publish(export.id, segment).reason == .notFilled)
    #expect(try exporter.number("fill \(fresh.descriptor) 8192") == 0)
    let new = try exporter.map(fresh.descriptor)
    try exporter.poke(new, 1)
    try importer.poke(theirs, 2)
    #expect(try exporter.peek(new) == 1 && importer.peek(theirs) == 2 && exporter.peek(old) == 2)
    #expect(try importer.grant(3, connection.id).code == RSMERR_CONN_ABORTED)
    #expect(
      try importer.connect(file).generation == connection.generation, "the connection is aborted, not another one")
    #expect(try exporter.publish(export.id, segment).result == RSM_SUCCESS)
    let again = try importer.connect(try importer.open(segment))
    #expect(again.id != connection.id && again.generation == UInt64(counter + 1))
    #expect(try mount.number(.connections) == 2)
    #expect(try importer.request("disconnect \(file) \(connection.id)").result == RSM_SUCCESS)
    #expect(try importer.request("disconnect \(file) 0").reason == .notConnected)
    #expect(try mount.number(.connections) == 1)
  }

  @Test func memoryThatNobodyHadStays() throws {
    let export = try exporter.export()
    let address = try exporter.map(export.memory)
    try exporter.poke(address, 5)
    for round: UInt32 in 0..<3 {
      #expect(try exporter.publish(export.id).values == [UInt64(0x8000_0000 + round)])
      #expect(try exporter.dialogue.open("segments/\(0x8000_0000 + round)/info", O_RDONLY) >= 0)
      #expect(try !exporter.unpublish(export.id))
    }
    let other = try exporter.map(try exporter.grant(2, export.id).descriptor)
    #expect(try exporter.peek(other) == 5)
    let gone = try exporter.request("destroy \(exporter.control) \(export.id)")
    #expect(gone.result == RSM_SUCCESS && gone.values == [0])
    #expect(try exporter.request("destroy \(exporter.control) \(export.id)").result == RSMERR_BAD_SEG_HNDL)
    #expect(try exporter.peek(address) == 5 && mount.number(.segments) == 0 && mount.number(.segmentBytes) == 0)
  }

  @Test func whoeverIsKilledLeavesNothing() throws {
    let agent = try mount.agent
    let export = try exporter.export()
    _ = try exporter.publish(export.id, segment)
    let file = try importer.open(segment)
    let connection = try importer.connect(file)
    let theirs = try importer.map(try importer.grant(3, connection.id).descriptor)
    try importer.poke(theirs, 3)
    let counter = try importer.generation(connection.slot)
    exporter.kill()
    #expect(try mount.waits(for: .segments, toBe: 0) && mount.number(.published) == 0)
    #expect(try importer.generation(connection.slot) == counter + 1)
    #expect(try importer.peek(theirs) == 3 && importer.open(segment) == -Int(ENOENT))

    let next = try SegmentClient(mount, .anybody)
    let another = try next.export()
    #expect(try next.publish(another.id, segment).result == RSM_SUCCESS)
    _ = try importer.connect(try importer.open(segment))
    #expect(try mount.number(.connections) == 2)
    importer.kill()
    #expect(try mount.waits(for: .connections, toBe: 0))
    #expect(try next.unpublish(another.id) == (getuid() == 0), "an open that can be mapped counts")
    next.kill()
    #expect(try mount.waits(for: .processes, toBe: 0) && mount.waits(for: .openFiles, toBe: 0))
    #expect(try mount.agent == agent)
    #expect(try mount.number(.segmentBytes) == 0)
  }

  @Test func aRepeatedRequestIsAnsweredFromItsSlot() throws {
    let first = try exporter.request("export \(exporter.control) 0x10000 4096 0")
    _ = try exporter.dialogue.ask("again")
    #expect(try exporter.request("export \(exporter.control) 0x10000 4096 0") == first)
    #expect(try mount.number(.segments) == 1 && first.values.count == 2)
    let memory = try exporter.grant(2, first.values[0]).descriptor
    #expect(try exporter.number("fill \(memory) 4096") == 0)
    let published = try exporter.publish(first.values[0])
    _ = try exporter.dialogue.ask("again")
    #expect(try exporter.publish(first.values[0]) == published)
  }

  @Test func exportsAreForTheirCreator() throws {
    let export = try exporter.export()
    let refused: [(String, Int32)] = [
      ("publish \(importer.control) \(export.id) 0 0600", RSMERR_NOT_CREATOR),
      ("unpublish \(importer.control) \(export.id)", RSMERR_NOT_CREATOR),
      ("republish \(importer.control) \(export.id) 0", RSMERR_NOT_CREATOR),
      ("destroy \(importer.control) \(export.id)", RSMERR_NOT_CREATOR),
      ("destroy \(importer.control) 99", RSMERR_BAD_SEG_HNDL),
      ("export \(importer.control) 0x10000 4095 0", RSMERR_BAD_ADDR),
      ("export \(importer.control) 0x10001 4096 0", RSMERR_BAD_ADDR),
      ("export \(importer.control) 0x10000 0 0", RSMERR_BAD_ADDR),
      ("export \(importer.control) 0xfffffffffffff000 4096 0", RSMERR_BAD_ADDR),
      ("export \(importer.control) 0x10000 4096 01000", RSMERR_BAD_ARGS_ERRORS),
      ("export \(importer.control) 0x10000 4096 0 1", RSMERR_CTLR_NOT_PRESENT),
      ("publish \(importer.control) 99 0 0600 1", RSMERR_BAD_ARGS_ERRORS),
    ]
    for (command, code) in refused { #expect(try importer.request(command).result == code, "\(command)") }
    #expect(try exporter.request("fork publish \(exporter.control) \(export.id) 0 0600").result == RSMERR_NOT_CREATOR)
    #expect(try mount.number(.published) == 0 && mount.number(.segments) == 1)
  }

  @Test func connectionsAreForTheirOwner() throws {
    let export = try exporter.export()
    _ = try exporter.publish(export.id, segment)
    let stranger = try SegmentClient(mount, .anybody, saysHello: false)
    #expect(try stranger.request("connect \(try stranger.open(segment)) 0").reason == .noHello)
    let file = try importer.open(segment, O_RDONLY)
    #expect(try importer.request("connect \(file) 0 1").result == RSMERR_BAD_ARGS_ERRORS)
    #expect(try importer.request("connect \(file) \(segment + 1)").result == RSMERR_BAD_ARGS_ERRORS)
    let connection = try importer.connect(file, segment)
    #expect(connection.rights == 0o400)
    #expect(try importer.request("fork connect \(file) 0").result == RSMERR_NOT_CREATOR)
    #expect(try importer.request("fork disconnect \(file) 0").result == RSMERR_NOT_CREATOR)
    #expect(try exporter.grant(3, connection.id).code == RSMERR_BAD_SEG_HNDL)
    #expect(try importer.grant(2, export.id).code == RSMERR_NOT_CREATOR)
    let granted = try importer.grant(3, connection.id).descriptor
    #expect(try importer.map(granted) == -Int(EACCES), "it is read-only")
    #expect(try importer.map(granted, 4096, PROT_READ) > 0)

    #expect(try importer.request("connect \(importer.control) 77").result == RSMERR_SEG_NOT_PUBLISHED)
    let without = try importer.connect(importer.control, segment)
    #expect(without.rights == 0 && without.id != connection.id)
    #expect(try importer.grant(3, without.id).code == RSMERR_PERM_DENIED)
    #expect(try importer.request("disconnect \(importer.control) \(connection.id)").reason == .notConnected)
    #expect(try importer.request("disconnect \(importer.control) \(without.id)").result == RSM_SUCCESS)
    #expect(try importer.number("close \(file)") == 0)
    #expect(try mount.waits(for: .connections, toBe: 0))
  }

  @Test func limitsAreKept() throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount(
      configuration: "max-segments-per-user = 2\nmax-segment-bytes-per-user = 12K\nmax-connections-per-user = 1\n")
    let client = try SegmentClient(mount, .ordinary)
    #expect(try client.request("export \(client.control) 0x10000 16384 0").reason == .userSegmentBytes)
    let export = try client.export(8192)
    #expect(try client.request("export \(client.control) 0x10000 8192 0").result == RSMERR_INSUFFICIENT_MEM)
    _ = try client.export(4096)
    #expect(try client.request("export \(client.control) 0x10000 4096 0").reason == .userSegments)
    #expect(mount.log.contains("the user has 2 of at most 2 export segments; raise max-segments-per-user"))
    _ = try client.publish(export.id, segment)
    let first = try client.open(segment)
    _ = try client.connect(first)
    #expect(try client.request("connect \(try client.open(segment)) 0").reason == .userConnections)
    #expect(try client.request("disconnect \(first) 0").result == RSM_SUCCESS)
    _ = try client.connect(first)
    let root = try SegmentClient(mount)
    for _ in 0..<3 { _ = try root.export(16384) }
  }
}
