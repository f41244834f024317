import RSMControl
import RSMTools
import Testing

@Suite struct ProcessOrderTests {
  private func pids(_ order: ProcessOrder) -> [String?] {
    let texts = ["Pid:\t9\nHandles:\t2\nClaimed:\t8192\n", "Pid:\t10\nHandles:\t10\nClaimed:\t8192\n", "Pid:\t8\n"]
    return order.sorted(texts.map { TextFields(parsing: $0) }).map { $0["Pid"] }
  }

  @Test func theLargestComeFirstAndEqualsByPid() {
    #expect(pids(.claimed) == ["9", "10", "8"])
    #expect(pids(.handles) == ["10", "9", "8"])
    #expect(pids(.pid) == ["8", "9", "10"])
  }

  @Test func eachOrderHasAKey() {
    #expect(["c", "h", "p"].map { ProcessOrder(key: $0) } == [.claimed, .handles, .pid])
    #expect(ProcessOrder(key: "q") == nil && ProcessOrder(key: "C") == nil)
  }
}
