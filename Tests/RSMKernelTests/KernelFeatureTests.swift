import RSMKernel
import Testing

@Suite struct KernelFeatureTests {
  @Test func listsAreReadAndUnknownNamesRefused() throws {
    #expect(try KernelFeature.parse("") == [])
    #expect(try KernelFeature.parse("pagemap-scan,madvise-cold-remote,") == [.pagemapScan, .madviseColdRemote])
    let unknown = #expect(throws: KernelFeature.UnknownName.self) { try KernelFeature.parse("pidfd,perpetuum-mobile") }
    #expect(
      unknown?.message
        == "\"perpetuum-mobile\" is no kernel feature; those are pidfd, pidfd-thread, pidfd-get-info, procmap-query, "
        + "pagemap-scan, madvise-cold-remote, userfaultfd, userfaultfd-user-mode, passthrough")
  }

  @Test func everyFeatureIsFoundOrMissing() {
    let features = KernelFeatures()
    #expect(
      Set(features.present).union(features.missing) == Set(KernelFeature.allCases).subtracting([.passthrough]))
    #expect(Set(features.present).isDisjoint(with: features.missing))
  }
}
