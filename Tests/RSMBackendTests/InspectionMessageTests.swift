import RSMKernel
import Testing

@testable import RSMBackend

@Suite struct InspectionMessageTests {
  @Test func jobsAndReportsSurviveTheirWords() throws {
    let ranges = [PageRange(start: 0x1000, end: 0x3000), PageRange(start: 0x7000, end: 0x8000)]
    let job = try #require(
      InspectionJob(words: InspectionJob(id: 1, pid: 2, inode: 3, notBefore: 4, ranges: ranges).words))
    #expect(job.id == 1 && job.pid == 2 && job.inode == 3 && job.notBefore == 4 && job.ranges == ranges)
    let pages = [InspectionReport.Pages(words: [1, 2, 3, 4, 5]), InspectionReport.Pages()]
    let report = try #require(
      InspectionReport(words: InspectionReport(job: 5, error: 0, method: .smaps, time: 6, pages: pages).words))
    #expect(
      report.job == 5 && report.error == 0 && report.method == .smaps && report.time == 6 && report.pages == pages)
  }

  @Test func otherWordsAreNoMessage() {
    #expect(InspectionJob(words: [1, 2, 3]) == nil)
    #expect(InspectionJob(words: [1, 2, 3, 4, 5]) == nil)
    #expect(InspectionReport(words: [1, 2, 9, 4]) == nil)
    #expect(InspectionReport(words: [1, 2, 1, 4, 5]) == nil)
  }
}
