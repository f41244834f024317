import CRSM
import Glibc
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// rsmd and librsm with kernel features switched off.
@Suite struct ReducedModeTests {
  private let rsmd = Workbench.shared.program("rsmd")

  private func features(of mount: TestMount, _ key: StatusKey) throws -> [String] {
    try mount.status(key).split(separator: " ").map(String.init)
  }

  @Test func withoutRemoteAdviceSmapsTells() async throws {
    let mount = try TestMount(["--without", "madvise-cold-remote"])
    #expect(try features(of: mount, .missing).contains("madvise-cold-remote"))
    let client = try mount.client()
    let controller = try client.controller()
    let memory = try client.memory(pages: 4)
    _ = try client.create(controller, memory, 4 * 4096)
    let file = try mount.handle(1)
    #expect(file["State"] == "pinned" && file["Method"] == "smaps" && file["Locked"] == "16384")
    #expect(try mount.status(.inspection) == "smaps")
    _ = try client.ask("munlock \(memory) 4096")
    try await Task.sleep(for: .seconds(1.2))
    #expect(try mount.handle(1)["State"] == "unpinned (3 of 4 pages)")
    #expect(mount.end() == .exited(0))
  }

  @Test func withoutPidfdInformationCallersAreKnownAllTheSame() throws {
    let mount = try TestMount(["--without", "pidfd-get-info,passthrough,userfaultfd,userfaultfd-user-mode"])
    #expect(
      try Set(features(of: mount, .missing)).isSuperset(
        of: ["pidfd-get-info", "passthrough", "userfaultfd", "userfaultfd-user-mode"]))
    let client = try mount.client()
    let memory = try client.memory(pages: 1)
    #expect(try client.create(try client.controller(), memory, 4096).code == RSM_SUCCESS)
    let pid = try client.ask("pid")
    #expect(try mount.handle(1)["Pid"] == pid)
    #expect(mount.end() == .exited(0))
  }

  @Test func everyFeatureIsFoundOrMissing() throws {
    let mount = try TestMount()
    let (present, missing) = try (features(of: mount, .features), features(of: mount, .missing))
    #expect(Set(present + missing).subtracting(["-"]) == Set(KernelFeature.allCases.map(\.rawValue)))
    #expect(Set(present).isDisjoint(with: missing))
  }

  @Test(arguments: KernelFeature.allCases.filter(\.isRequired))
  func withoutARequiredFeatureRsmdDoesNotStart(_ feature: KernelFeature) async throws {
    let outcome = try await Shell.run("timeout 5 \(rsmd) --mount /nonexistent --without \(feature.rawValue); echo $?")
    #expect(outcome.output == "1\n")
    #expect(
      outcome.errors.contains(feature.rawValue) && outcome.errors.contains("switches it off"), "\(outcome.errors)")
  }

  @Test func unknownNamesAreWrongUsage() async throws {
    let option = try await Shell.run("\(rsmd) --without steam; echo $?")
    let variable = try await Shell.run("\(rsmd); echo $?", environment: [KernelFeature.variable: "steam"])
    for outcome in [option, variable] {
      #expect(outcome.output == "64\n")
      #expect(outcome.errors.contains("\"steam\" is no kernel feature; those are pidfd, "), "\(outcome.errors)")
    }
  }

  @Test func theVariableReachesClients() throws {
    let mount = try TestMount()
    let client = try Dialogue(
      [Workbench.shared.program("rsmclient")],
      environment: mount.environment + ["\(KernelFeature.variable)=procmap-query"])
    let controller = try client.controller()
    let memory = try client.memory(pages: 2)
    #expect(try client.create(controller, memory, 4096).code == RSM_SUCCESS, "one page lies in one mapping")
    #expect(try client.create(controller, memory, 2 * 4096).code != RSM_SUCCESS)
    #expect(try client.lockedPages(memory, pages: 2) == 1, "a failure changes nothing")
  }
}
