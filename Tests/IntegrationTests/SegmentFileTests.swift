import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// segments/ under ordinary tools, and the access list as the kernel takes it.
@Suite struct SegmentFileTests {
  private let segment: UInt32 = 0x400000

  @Test func filesTellWhatThereIs() async throws {
    let mount = try TestMount()
    let exporter = try SegmentClient(mount, .anybody)
    let importer = try SegmentClient(mount, .anybodyElse)
    let export = try exporter.export(8192)
    _ = try exporter.publish(export.id, segment, mode: 0o646)
    _ = try exporter.publish(try exporter.export(4096).id, 0x7fff_ffff, mode: 0)
    let connection = try importer.connect(try importer.open(segment, O_RDONLY))
    let uid = User.anybody.uid
    let outcome = try await Shell.run(
      """
      cd \(mount.path)/segments
      ls -U; ls \(segment); stat -c '%F %a %u %s' . \(segment) \(segment)/info \(segment)/memory 2147483647/memory
      grep -v -e Published -e Generation -e Granted \(segment)/info
      cat \(segment)/importers; cat 2147483647/importers | wc -c
      cd ../processes
      ls -U \(try exporter.pid)/exports; readlink \(try exporter.pid)/exports/\(segment)
      ls \(try importer.pid)/imports; readlink \(try importer.pid)/imports/\(connection.id)
      cat \(try importer.pid)/imports/\(connection.id)/importers
      grep -h -e ports \(try exporter.pid)/status \(try importer.pid)/status
      """)
    #expect(outcome.errors == "")
    #expect(
      outcome.output == """
        4194304
        2147483647
        importers
        info
        memory
        directory 555 \(getuid()) 0
        directory 555 \(uid) 0
        regular file 444 \(uid) 512
        regular file 646 \(uid) 8192
        regular file 0 \(uid) 4096
        Id:\t4194304
        Export:\t1
        Pid:\t\(try exporter.pid)
        Uid:\t\(uid)
        Gid:\t\(uid == getuid() ? getgid() : uid)
        Address:\t0x10000
        Length:\t8192
        Mode:\t0646
        Importers:\t1
        \(try importer.pid) \(User.anybodyElse.uid) r-
        0
        4194304
        2147483647
        ../../../segments/4194304
        \(connection.id)
        ../../../segments/4194304
        \(try importer.pid) \(User.anybodyElse.uid) r-
        Exports:\t2
        Imports:\t0
        Exports:\t0
        Imports:\t1

        """)
    exporter.kill()
    #expect(try mount.waits(for: .segments, toBe: 0))
    let after = try await Shell.run("cd \(mount.path); ls segments processes/\(try importer.pid)/imports")
    #expect(after.output == "processes/\(try importer.pid)/imports:\n\nsegments:\n")
  }

  @Test func whereTheMemoryLiesIsForItsUser() async throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let exporter = try SegmentClient(mount, .ordinary)
    _ = try exporter.publish(try exporter.export().id, segment)
    let read = "grep ^Address: \(mount.path)/segments/\(segment)/info"
    for (uid, expected) in [(User.ordinary.uid, "0x10000"), (User.other.uid, "-"), (0, "0x10000")] {
      let output = try await Shell.run("setpriv --reuid=\(uid) --regid=\(uid) --clear-groups \(read)").output
      #expect(output == "Address:\t\(expected)\n")
    }
  }

  /// What `open` gives for `O_RDONLY`, `O_WRONLY` and `O_RDWR`: the rights of the connection, or a negative errno(3).
  private func rights(_ client: SegmentClient) throws -> [Int] {
    try [O_RDONLY, O_WRONLY, O_RDWR].map { flags in
      let file = try client.open(segment, flags)
      return file < 0 ? file : Int(try client.connect(file).rights)
    }
  }

  @Test func theKernelJudgesTheAccessList() throws {
    guard getuid() == 0 else { try Test.cancel("only root can act as another user") }
    let mount = try TestMount()
    let exporter = try SegmentClient(mount, .ordinary)
    let member = try SegmentClient(mount, .other, groups: [1, User.ordinary.uid])
    let other = try SegmentClient(mount, .other)
    let root = try SegmentClient(mount)
    let export = try exporter.export()
    let no = -Int(EACCES)
    let (all, none, reads, writes) = ([0o400, 0o200, 0o600], [no, no, no], [0o400, no, no], [no, 0o200, no])
    _ = try exporter.publish(export.id, segment, mode: 0o640)
    let cases: [(UInt32, owner: [Int], member: [Int], other: [Int])] = [
      (0o640, all, reads, none), (0o400, reads, none, none), (0o200, writes, none, none), (0o600, all, none, none),
      (0o624, all, writes, reads), (0o066, none, all, all), (0o000, none, none, none), (0o666, all, all, all),
    ]
    for (mode, ofOwner, ofMember, ofOther) in cases {
      #expect(try exporter.request("republish \(exporter.control) \(export.id) \(mode)").result == RSM_SUCCESS)
      #expect(try rights(exporter) == ofOwner, "owner, mode \(String(mode, radix: 8))")
      #expect(try rights(member) == ofMember, "group, mode \(String(mode, radix: 8))")
      #expect(try rights(other) == ofOther, "other, mode \(String(mode, radix: 8))")
      #expect(try rights(root) == all, "root, mode \(String(mode, radix: 8))")
    }
    _ = try exporter.unpublish(export.id)
    #expect(try rights(other) == [-Int(ENOENT), -Int(ENOENT), -Int(ENOENT)])
  }

  @Test(arguments: [false, true]) func ordinaryToolsReadAndWriteMemory(withoutPassthrough: Bool) async throws {
    let mount = try TestMount(withoutPassthrough ? ["--without", "passthrough"] : [])
    let exporter = try SegmentClient(mount, .anybody)
    let export = try exporter.export(3 << 20)
    _ = try exporter.publish(export.id, segment, mode: 0o600)
    let address = try exporter.map(export.memory, 3 << 20)
    try exporter.poke(address, 0x6f6c_6c65_68)
    try exporter.poke(address + (3 << 20) - 8, 0x0a65_7962)
    let memory = "\(mount.path)/segments/\(segment)/memory"
    let outcome = try await Shell.run(
      """
      cat \(memory) | wc -c; head -c 5 \(memory); echo; tail -c 8 \(memory) | head -c 4
      dd if=\(memory) bs=1M 2>/dev/null | wc -c
      printf 12345678 | dd of=\(memory) bs=8 seek=1 conv=notrunc 2>/dev/null; echo $?
      head -c 2097152 /dev/zero | dd of=\(memory) bs=1M seek=1 conv=notrunc 2>/dev/null; echo $?
      printf x | dd of=\(memory) bs=1M seek=3 conv=notrunc 2>/dev/null; echo $?
      printf x > \(memory) || echo 'not truncated'
      truncate -s 4096 \(memory) || echo 'nor cut'
      """)
    #expect(outcome.output == "3145728\nhello\nbye\n3145728\n0\n0\n1\nnot truncated\nnor cut\n", "\(outcome.errors)")
    #expect(try exporter.peek(address + 8) == 0x3837_3635_3433_3231)
    let isMappable = !withoutPassthrough && getuid() == 0
    #expect(try mount.status(.features).contains("passthrough") == isMappable)
    let file = try exporter.open(segment)
    #expect(try exporter.connect(file).isPassthrough == isMappable)
    let mapping = try exporter.map(file, 3 << 20)
    guard isMappable else {
      #expect(mapping == -Int(ENODEV))
      #expect(try exporter.unpublish(export.id) == false, "nobody got anything to keep")
      #expect(try exporter.dialogue.ask("read \(file) 0").hasPrefix("-\(ENOENT)"))
      return
    }
    try exporter.poke(mapping, 42)
    #expect(try exporter.peek(address) == 42)
    let python = try await Shell.run(
      """
      python3 -c '
      import mmap
      with open("\(memory)", "r+b") as file:
        view = mmap.mmap(file.fileno(), 0)
        print(len(view), view[0], view[8:16])
        view[0] = 43
      '
      """)
    #expect(python.output == "3145728 42 b'12345678'\n", "\(python.errors)")
    #expect(try exporter.peek(address) == 43)
    #expect(try exporter.unpublish(export.id))
    #expect(try exporter.peek(mapping) == 43 && exporter.dialogue.ask("read \(file) 0") == "0 43")
    let fresh = try exporter.grant(2, export.id).descriptor
    _ = try exporter.number("fill \(fresh) \(3 << 20)")
    _ = try exporter.publish(export.id, segment, mode: 0o600)
    let again = try exporter.map(try exporter.open(segment), 3 << 20)
    #expect(try exporter.peek(again) == 0 && exporter.peek(mapping) == 43, "another node, other memory")
  }

  @Test func unlikelyNamesAreNoSegments() throws {
    let mount = try TestMount()
    let exporter = try SegmentClient(mount, .anybody)
    _ = try exporter.publish(try exporter.export().id, segment)
    for name in ["0", "04194304", "+4194304", "0x400000", "4194305", "4294967296", "4299161600", "-1", "memory"] {
      #expect(try exporter.dialogue.open("segments/\(name)/memory", O_RDONLY) == -Int(ENOENT), "\(name)")
    }
    #expect(try exporter.dialogue.open("segments/\(segment)/memory2", O_RDONLY) == -Int(ENOENT))
    let hostile = try mount.hostile(.anybody)
    for directory in ["segments", "segments/\(segment)", "processes/\(try exporter.pid)/exports"] {
      #expect(try hostile.number("list-from \(mount.path)/\(directory)") > 2)
    }
  }

  @Test func segmentsListWhileOthersGo() throws {
    let mount = try TestMount()
    let exporters = [try SegmentClient(mount, .anybody), try SegmentClient(mount, .anybody)]
    for index in 0..<400 {
      let exporter = exporters[index % 2]
      let export = try exporter.export(4096)
      #expect(try exporter.publish(export.id).result == RSM_SUCCESS)
      _ = try exporter.number("close \(export.memory)")
    }
    let pid = try exporters[0].pid
    for directory in ["segments", "processes/\(pid)/exports"] {
      var seen: Set<String> = []
      let failure = Directory.forEachName(in: "\(mount.path)/\(directory)") { name in
        #expect(seen.insert(name).inserted)
        guard seen.count == 150, directory == "segments" else { return }
        exporters[1].kill()
        #expect((try? mount.waits(for: .published, toBe: 200)) == true)
      }
      #expect(failure == nil)
      #expect((0..<400).allSatisfy { $0 % 2 == 1 || seen.contains(String(0x8000_0000 + UInt32($0))) })
    }
  }
}
