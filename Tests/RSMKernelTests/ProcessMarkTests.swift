import Glibc
import RSMKernel
import Testing

@Suite struct ProcessMarkTests {
  @Test func aMarkNamesItsProcessAsLongAsItRuns() throws {
    let mark = try ProcessMark()
    #expect(mark.pid == getpid() && mark.isOfThisNamespace)
    #expect(ProcessMark(text: mark.text) == mark)
    let isRunning = try mark.open() != nil
    #expect(isRunning)

    let words = mark.text.split(separator: ":")
    let successor = try #require(ProcessMark(text: "\(words[0]):1:\(words[2])"))
    let isMistaken = try successor.open() != nil
    #expect(!isMistaken, "another process had the number")
    #expect(try !#require(ProcessMark(text: "\(words[0]):\(words[1]):1")).isOfThisNamespace)
  }

  @Test(arguments: ["", "1", "1:2", "1:2:3:4", "0:2:3", "-1:2:3", "1:x:3"])
  func otherTextsAreNoMarks(_ text: String) {
    #expect(ProcessMark(text: text) == nil)
  }
}
