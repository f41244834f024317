import CRSM
import Glibc
import RSMControl
import RSMTestSupport
import Testing

extension Hostility {
  @Suite struct HostileRequestTests {
    private let mount: TestMount
    private let client: Dialogue
    private let ctl: Int
    /// `O_PATH` of <fcntl.h>, which needs _GNU_SOURCE.
    private let pathOnly: Int32 = 0o10_000_000

    init() throws {
      mount = try TestMount()
      client = try mount.hostile()
      ctl = try client.open(mount.controlPath)
      #expect(ctl >= 0)
    }

    private func refused(_ code: Int32, _ reason: Refusal.Reason, _ command: String) throws -> Bool {
      let reply = try client.request(command)
      return reply.result == code && reply.reason == reason
    }

    @Test func unknownCommandsSizesAndTypesAreNoCommands() throws {
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      let before = try mount.tally()
      let sweep = try client.ask("sweep \(ctl)").split(separator: " ")
      #expect(sweep.first == "0" && (sweep.last.flatMap { Int($0) } ?? 0) > 100_000)
      #expect(try client.number("types \(ctl)") == 0)
      for command: UInt32 in [0, 1, 0x5401, 0x8008_6601, 0xffff_ffff, 0xd501, 0xd510, 0x4040_d501, 0x8040_d501] {
        #expect(try client.ask("ioctl \(ctl) \(command) 0x1000") != "0")
      }
      #expect(try mount.tally() == before)
    }

    @Test func nothingWorksBeforeHello() throws {
      #expect(try refused(RSMERR_NOT_CREATOR, .noHello, "create \(ctl) 0 1 0x10000 4096"))
      #expect(try refused(RSMERR_NOT_CREATOR, .noHello, "free \(ctl) 0 1 1"))
      #expect(try mount.number(.processes) == 0)
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      #expect(try client.request("create \(ctl) 0 1 0x10000 4096").value == 1)
    }

    @Test func helloWantsThisVersionAndEmptyFields() throws {
      for version: UInt32 in [0, 2, .max] {
        let words = try client.ask("hello \(ctl) \(version)").split(separator: " ")
        #expect(words[0] == "\(RSMERR_BAD_LIBRARY_VERSION)" && words[1] == "\(Refusal.Reason.abiVersion.rawValue)")
        #expect(words[3] == "\(RSM_CTL_ABI_VERSION)")
      }
      for field in 1...7 {
        let fields = (0...7).map { $0 == field ? "1" : "0" }.joined(separator: " ")
        #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .reservedField, "hello \(ctl) 1 \(fields)"), "field \(field)")
      }
      #expect(try mount.number(.processes) == 0)
      let granted = try client.ask("hello \(ctl) 1 0xffffffffffffffff").split(separator: " ")
      #expect(granted[0] == "0" && granted[4] == "0", "no feature is granted that does not exist")
    }

    @Test func helloTwiceChangesNothing() throws {
      let first = try client.ask("hello \(ctl) 1")
      #expect(try client.request("create \(ctl) 0 1 0x10000 4096").value == 1)
      #expect(try client.ask("hello \(ctl) 1") == first)
      #expect(try mount.number(.processes) == 1 && mount.handleIDs == [1])
      #expect(try client.request("free \(ctl) 0 2 1").result == RSM_SUCCESS)
    }

    @Test func reservedFieldsSlotsAndControllersAreChecked() throws {
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .reservedField, "create \(ctl) 0 1 0x10000 4096 1"))
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .reservedField, "free \(ctl) 0 1 1 1 0"))
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .reservedField, "free \(ctl) 0 1 1 0 1"))
      for slot: UInt32 in [64, 65, 0x8000_0000, .max] {
        #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .badSlot, "create \(ctl) \(slot) 1 0x10000 4096"))
        #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .badSlot, "free \(ctl) \(slot) 1 1"))
      }
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .reservedField, "create \(ctl) 0 1 0x10000 4096 0 0 7"))
      #expect(try refused(RSMERR_CTLR_NOT_PRESENT, .badController, "create \(ctl) 0 2 0x10000 4096 0 1"))
      #expect(try client.request("create \(ctl) 63 1 0x10000 4096").value == 1, "no refused request took an id")
    }

    @Test func rangesThatWrapAreRefused() throws {
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      let bad: [(UInt64, UInt64)] = [
        (1, 4096), (4095, 1), (4096, 0), (0, 0), (0xffff_ffff_ffff_f000, 1), (0xffff_ffff_ffff_f000, 4096),
        (4096, .max), (0, .max), (4096, 0xffff_ffff_ffff_f000), (0x8000_0000_0000_0000, 0x8000_0000_0000_0000),
      ]
      for (index, (address, length)) in bad.enumerated() {
        #expect(try refused(RSMERR_BAD_ADDR, .badRange, "create \(ctl) 0 \(index + 1) \(address) \(length)"))
      }
      #expect(try mount.number(.handles) == 0 && mount.number(.claimed) == 0)
    }

    @Test func handlesThatClaimTheWholeAddressSpaceAreCounted() throws {
      let agent = try mount.agent
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      for id: UInt64 in 1...3 {
        #expect(try client.request("create \(ctl) \(id) 1 0 0xfffffffffffff000").value == id)
      }
      #expect(try mount.status(.claimed) == "55340232221128642560")
      #expect(try mount.handle(2)["State"]?.hasPrefix("unpinned (") == true)
      for id: UInt64 in 1...3 {
        #expect(try client.request("free \(ctl) \(id) 2 \(id)").result == RSM_SUCCESS)
      }
      #expect(try mount.number(.claimed) == 0 && mount.agent == agent)
    }

    @Test func aRepeatedRequestHasTheSameAnswerAndNoOtherEffect() throws {
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      let first = try client.request("create \(ctl) 5 1 0x10000 4096")
      #expect(first.value == 1)
      #expect(try client.request("create \(ctl) 5 1 0x10000 4096") == first)
      #expect(try client.request("create \(ctl) 5 1 0x70000 8192") == first, "the number counts, not the rest")
      #expect(try mount.handleIDs == [1] && mount.number(.claimed) == 4096)
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .badSequence, "free \(ctl) 5 1 1"))
      for sequence: UInt64 in [0, 3, 4, .max] {
        #expect(
          try refused(RSMERR_BAD_ARGS_ERRORS, .badSequence, "create \(ctl) 5 \(sequence) 0x10000 4096"))
      }
      let removal = try client.request("free \(ctl) 5 2 1")
      #expect(removal.result == RSM_SUCCESS)
      #expect(try client.request("free \(ctl) 5 2 1") == removal)
      #expect(try refused(RSMERR_BAD_ARGS_ERRORS, .badSequence, "create \(ctl) 5 1 0x10000 4096"))
      let refusal = try client.request("free \(ctl) 5 3 1")
      #expect(refusal.result == RSMERR_BAD_LOCALMEM_HNDL && refusal.reason == .noSuchHandle)
      #expect(try client.request("free \(ctl) 5 3 1") == refusal)
      #expect(try mount.handleIDs == [])
    }

    @Test func badPointersAreTheCallersProblem() throws {
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      let commands = [rsm_ctl_hello_command, rsm_ctl_create_handle_command, rsm_ctl_free_handle_command]
      for command in commands {
        for address: UInt64 in [0, 1, 0x7fff_ffff_f000, 0xffff_8000_0000_0000, .max] {
          #expect(try client.ask("ioctl \(ctl) \(command) \(address)") == "-\(EFAULT)")
        }
      }
      let page = try client.ask("read-only-page")
      #expect(try client.ask("ioctl \(ctl) \(rsm_ctl_hello_command) \(page)") == "-\(EFAULT)")
      #expect(try mount.tally().handles == 0)
    }

    @Test func onlyCtlTakesRequests() throws {
      for name in ["status", "handles", "."] {
        let other = try client.open("\(mount.path)/\(name)", O_RDONLY)
        #expect(try client.request("hello \(other) 1").result == -ENOTTY)
        #expect(try client.request("create \(other) 0 1 0x10000 4096").result == -ENOTTY)
      }
      #expect(try client.request("hello \(ctl) 1").result == RSM_SUCCESS)
      #expect(try client.request("create \(ctl) 0 1 0x10000 4096").value == 1)
      let file = try client.open("\(mount.path)/handles/1", O_RDONLY)
      #expect(try client.request("hello \(file) 1").result == -ENOTTY)
      let path = try client.open(mount.controlPath, pathOnly)
      #expect(try client.request("hello \(path) 1").result == -EBADF)
      let readOnly = try client.open(mount.controlPath, O_RDONLY)
      #expect(try client.request("hello \(readOnly) 1").result == RSM_SUCCESS)
      #expect(try client.request("create \(readOnly) 0 1 0x10000 4096").value == 2)
    }

    @Test(.enabled(if: Machine.isX86, "the 32-bit system call table is an x86 matter"))
    func a32BitCallMeansTheSame() throws {
      let pid = try client.ask("pid")
      #expect(try client.ask("compat \(ctl)") == "0 0 0 \(pid) 1")
      #expect(try mount.tally().handles == 0 && mount.number(.processes) == 1)
    }
  }
}

/// What tests depend on.
enum Machine {
  static var isX86: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
