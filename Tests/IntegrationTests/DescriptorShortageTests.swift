import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

extension Hostility {
  @Suite struct DescriptorShortageTests {
    @Test func moreProcessesThanRsmdCanWatchAreRefusedAndTheRestGoesOn() throws {
      guard getuid() == 0 else { try Test.cancel("without root rsmd has one user, who meets its own limit first") }
      let mount = try TestMount(launcher: ["/usr/bin/prlimit", "--nofile=80:80"])
      let client = try mount.client()
      let controller = try client.controller()
      let memory = try client.memory(pages: 4)
      #expect(try client.create(controller, memory, 4 * 4096).code == RSM_SUCCESS)
      let before = try mount.tally()

      var crowd: [Dialogue] = []
      var outside: [(client: Dialogue, ctl: Int)] = []
      for index in 0..<90 {
        // One user alone would meet its own limit first.
        let one = try mount.hostile(index % 2 == 0 ? .ordinary : .other)
        let ctl = try one.open(mount.controlPath)
        let reply = try one.request("hello \(ctl) 1")
        if reply.reason == .noDescriptor && reply.result == RSMERR_INSUFFICIENT_RESOURCES { outside.append((one, ctl)) }
        crowd.append(one)
      }
      #expect(outside.count > 10 && outside.count < 90)
      #expect(mount.log.contains("LimitNOFILE"), "\(mount.log)")
      let handle = try client.create(controller, memory, 4096)
      #expect(try handle.code == RSM_SUCCESS && client.free(controller, handle.value) == RSM_SUCCESS)
      #expect(try mount.handle(1)["State"] == "pinned")

      // What a dead inspector leaves is not for those outside.
      let keeper = Int32(try mount.number(.keeper))
      for child in try TextFile.read("/proc/\(keeper)/task/\(keeper)/children").split(separator: " ") {
        guard try TextFile.read("/proc/\(child)/comm") == "rsmd-inspector\n", let pid = Int32(child) else { continue }
        try PIDFD(process: pid).kill()
      }
      for _ in 0..<20 {
        for (client, ctl) in outside {
          #expect(try client.request("hello \(ctl) 1").reason == .noDescriptor)
        }
      }
      #expect(try mount.waits(for: .inspectors, toBe: 3))
      #expect(try mount.handle(1)["State"] == "pinned")

      crowd = []
      outside = []
      #expect(try mount.returns(to: before))
      #expect(try mount.waits(for: .inspectors, toBe: 3))
      #expect(try mount.handle(1)["State"] == "pinned")
      #expect(mount.end() == .exited(0))
    }

    @Test func segmentsThatAreToBeWithdrawnLeaveOthersTheirDescriptors() throws {
      guard getuid() == 0 else { try Test.cancel("without root rsmd has one user, who meets its own limit first") }
      let mount = try TestMount(launcher: ["/usr/bin/prlimit", "--nofile=120:120"])
      let greedy = try [User.ordinary, .other].map { try SegmentClient(mount, $0) }
      var reserved = 0
      for client in greedy {
        while true {
          let export = try client.request("export \(client.control) 0x10000 4096 0")
          guard export.result == 0 else {
            #expect([.userSegments, .noExportLeft].contains(export.reason), "\(export)")
            break
          }
          let memory = try client.grant(2, export.values[0]).descriptor
          #expect(try client.number("fill \(memory) 4096") == 0)
          let segment = UInt32(try client.publish(export.values[0]).values[0])
          let file = try client.open(segment)
          let granted = try client.grant(3, try client.connect(file).id).descriptor
          #expect(try client.request("reserve \(client.control) \(export.values[0])").values == [1])
          for descriptor in [memory, file, granted] { _ = try client.number("close \(descriptor)") }
          reserved += 1
        }
      }
      #expect(reserved == Int(try mount.number(.maxSegments)))
      let room = Int(try mount.number(.maxProcesses)) - greedy.count
      let crowd = try (0..<room).map { try SegmentClient(mount, $0 % 2 == 0 ? .ordinary : .other) }
      for client in crowd { #expect(try client.grant(1).code == RSM_SUCCESS) }
    }
  }
}
