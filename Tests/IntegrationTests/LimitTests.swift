import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// Clients that reach the limits of rsmd.conf, and others beside them.
@Suite(.enabled(if: getuid() == 0, "clients of several users take root")) struct LimitTests {
  /// A client of raw requests that has said HELLO.
  private func greeted(_ mount: TestMount, _ user: User) throws -> (client: Dialogue, ctl: Int) {
    let client = try mount.hostile(user)
    let ctl = try client.open(mount.controlPath)
    #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
    return (client, ctl)
  }

  /// A handle of `pages` in a slot not used before.
  private func create(
    _ who: (client: Dialogue, ctl: Int), slot: Int, pages: Int = 1
  ) throws -> Dialogue.Reply {
    try who.client.request("create \(who.ctl) \(slot) 1 0x100000 \(pages * 4096 - 1)")
  }

  private func expect(
    _ reply: Dialogue.Reply, _ code: Int32, _ reason: Refusal.Reason, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(reply.result == code && reply.reason == reason, "\(reply)", sourceLocation: location)
  }

  @Test func handlesAreLimitedPerProcessPerUserAndInAll() throws {
    let mount = try TestMount(
      configuration: "max-handles = 9\nmax-handles-per-user = 5\nmax-handles-per-process = 3\n")
    let before = try mount.tally()
    let first = try greeted(mount, .ordinary)
    let second = try greeted(mount, .ordinary)
    let root = try greeted(mount, .current)
    for slot in 0..<3 { #expect(try create(first, slot: slot).result == RSM_SUCCESS) }
    expect(try create(first, slot: 3), RSMERR_INSUFFICIENT_RESOURCES, .processHandles)
    let pid = try first.client.ask("pid")
    #expect(
      mount.log.contains(
        "refused a handle of 4096 bytes to uid 54321, pid \(pid): the process has 3 of at most 3 handles; raise "
          + "max-handles-per-process in rsmd.conf\n"), "\(mount.log)")
    for slot in 0..<2 { #expect(try create(second, slot: slot).result == RSM_SUCCESS) }
    expect(try create(second, slot: 2), RSMERR_INSUFFICIENT_RESOURCES, .userHandles)
    #expect(mount.log.contains("the user has 5 of at most 5 handles; raise max-handles-per-user in rsmd.conf\n"))
    let other = try greeted(mount, .other)
    for slot in 0..<2 { #expect(try create(other, slot: slot).result == RSM_SUCCESS) }
    for slot in 0..<2 { #expect(try create(root, slot: slot).result == RSM_SUCCESS) }
    expect(try create(other, slot: 2), RSMERR_INSUFFICIENT_RESOURCES, .tableFull)
    expect(try create(root, slot: 2), RSMERR_INSUFFICIENT_RESOURCES, .tableFull)
    #expect(mount.log.contains("all users together have 9 of at most 9 handles; raise max-handles in rsmd.conf\n"))

    // Each cause once a minute, and what is free again can be had again.
    for slot in 10..<20 { expect(try create(first, slot: slot), RSMERR_INSUFFICIENT_RESOURCES, .tableFull) }
    #expect(mount.log.split(separator: "\n").count == 3, "\(mount.log)")
    #expect(try mount.number(.refused) == 14 && mount.number(.handles) == 9)
    first.client.process.process.kill()
    second.client.process.process.kill()
    #expect(try mount.waits(for: .handles, toBe: 4) && mount.waits(for: .claimed, toBe: 4 * 4096))
    let third = try greeted(mount, .ordinary)
    for slot in 0..<3 { #expect(try create(third, slot: slot).result == RSM_SUCCESS) }
    for client in [third, other, root] { client.client.process.process.kill() }
    #expect(try mount.returns(to: before))
  }

  @Test func bytesAreLimitedPerProcessAndPerUser() throws {
    let mount = try TestMount(configuration: "max-bytes-per-user = 20K\nmax-bytes-per-process = 12K\n")
    let first = try greeted(mount, .ordinary)
    let second = try greeted(mount, .ordinary)
    #expect(try create(first, slot: 0, pages: 3).result == RSM_SUCCESS)
    expect(try create(first, slot: 1), RSMERR_INSUFFICIENT_MEM, .processBytes)
    #expect(
      mount.log.contains("the process has 12288 of at most 12288 bytes in handles; raise max-bytes-per-process"))
    #expect(try create(second, slot: 0, pages: 2).result == RSM_SUCCESS)
    expect(try create(second, slot: 1), RSMERR_INSUFFICIENT_MEM, .userBytes)
    expect(try create(second, slot: 2, pages: 1 << 50), RSMERR_INSUFFICIENT_MEM, .userBytes)
    #expect(mount.log.contains("the user has 20480 of at most 20480 bytes in handles; raise max-bytes-per-user"))
    let other = try greeted(mount, .other)
    #expect(try create(other, slot: 0, pages: 3).result == RSM_SUCCESS)
    #expect(try mount.number(.claimed) == 32768)
    #expect(try first.client.request("free \(first.ctl) 0 2 1").result == RSM_SUCCESS)
    #expect(try create(second, slot: 3).result == RSM_SUCCESS)
    second.client.process.process.kill()
    #expect(try mount.waits(for: .claimed, toBe: 12288))
    #expect(try create(first, slot: 2, pages: 3).result == RSM_SUCCESS)
  }

  @Test func processesOfAUserAreLimited() throws {
    let mount = try TestMount(configuration: "max-processes-per-user = 3\n")
    let before = try mount.tally()
    let inside = try (0..<3).map { _ in try greeted(mount, .ordinary) }
    let outside = try mount.hostile(.ordinary)
    let ctl = try outside.open(mount.controlPath)
    expect(try outside.request("hello \(ctl) 1"), RSMERR_INSUFFICIENT_RESOURCES, .userProcesses)
    #expect(
      mount.log.contains("refused a process to uid 54321, pid \(try outside.ask("pid")): the user has 3 of at most 3"),
      "\(mount.log)")
    let others = try [User.other, .other, .current, .current, .current, .current].map { try greeted(mount, $0) }
    for client in others { #expect(try create(client, slot: 0).result == RSM_SUCCESS) }
    inside[0].client.process.process.kill()
    #expect(try mount.waits(for: .processes, toBe: 8))
    #expect(try outside.request("hello \(ctl) 1").result == RSM_SUCCESS)
    for client in (inside + others).map(\.client) + [outside] { client.process.process.kill() }
    #expect(try mount.returns(to: before))
  }

  @Test func openFilesOfAUserAreLimited() throws {
    let mount = try TestMount(configuration: "max-files-per-user = 5\n")
    let before = try mount.tally()
    let client = try mount.hostile(.ordinary)
    let controls = try (0..<3).map { _ in try client.open(mount.controlPath) }
    let texts = try (0..<2).map { _ in try client.open("\(mount.path)/status", O_RDONLY) }
    #expect((controls + texts).allSatisfy { $0 >= 0 })
    #expect(try client.open(mount.controlPath) == -Int(EMFILE))
    #expect(try client.open("\(mount.path)/status", O_RDONLY) == -Int(EMFILE))
    #expect(mount.log.contains("refused an open file to uid 54321"), "\(mount.log)")
    #expect(mount.log.contains("the user has 5 of at most 5 open files; raise max-files-per-user in rsmd.conf\n"))
    let other = try greeted(mount, .other)
    #expect(try create(other, slot: 0).result == RSM_SUCCESS)
    #expect(try client.ask("close \(texts[0])") == "0")
    #expect(try client.open(mount.controlPath) >= 0)
    #expect(try client.open(mount.controlPath) == -Int(EMFILE))
    client.process.process.kill()
    #expect(try mount.waits(for: .openFiles, toBe: 1))
    let next = try mount.hostile(.ordinary)
    for _ in 0..<5 { #expect(try next.open(mount.controlPath) >= 0) }
    next.process.process.kill()
    other.client.process.process.kill()
    #expect(try mount.returns(to: before))
  }

  @Test func librsmSaysWhichLimitItWas() throws {
    let mount = try TestMount(configuration: "max-handles-per-process = 1\nmax-bytes-per-process = 8K\n")
    let errors = mount.path + ".errors"
    defer { unsafe unlink(errors) }
    let client = try Dialogue(
      ["/bin/sh", "-c", "exec \(Workbench.shared.program("rsmclient")) 2>\(errors)"],
      environment: ["\(MountPoint.variable)=\(mount.path)"])
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    #expect(try client.create(controller, memory, 3 * 4096).code == RSMERR_INSUFFICIENT_MEM)
    #expect(try client.lockedPages(memory, pages: 4) == 0, "what was refused is not pinned")
    let handle = try client.create(controller, memory, 2 * 4096)
    #expect(handle.code == RSM_SUCCESS)
    #expect(try client.create(controller, memory, 4096).code == RSMERR_INSUFFICIENT_RESOURCES)
    #expect(try client.free(controller, handle.value) == RSM_SUCCESS)
    #expect(try client.create(controller, memory, 4096).code == RSM_SUCCESS)
    let said = try TextFile.read(errors)
    #expect(said.contains("refused a handle of 12288 bytes: the handles of this process would cover more"), "\(said)")
    #expect(said.contains("raise max-bytes-per-process in rsmd.conf") && said.contains("raise max-handles-per-process"))
  }

  @Test func limitsAreShown() throws {
    let mount = try TestMount(
      ["--inspectors", "1"],
      configuration: "max-handles = 77\nmax-bytes-per-user = 2M\nraise-memlock = 1G\ninspectors = 2\n")
    #expect(try mount.number(.maxHandles) == 77 && mount.number(.maxHandlesPerUser) == 262_144)
    #expect(try mount.status(.maxBytesPerUser) == "2097152" && mount.status(.maxBytesPerProcess) == "unlimited")
    #expect(try mount.status(.raiseMemlock) == "1073741824" && mount.waits(for: .inspectors, toBe: 1))
    #expect(try mount.number(.heldReads) == 0 && mount.number(.maxHeldReadsPerUser) == 256)
    #expect(try mount.number(.maxProcesses) > 100 && mount.number(.maxFilesPerUser) == 8192)
    #expect(try mount.number(.maxProcessesPerUser) <= max(mount.number(.maxProcesses) * 3 / 4, 1))
  }
}
