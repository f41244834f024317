import RSMBackend
import Testing

@Suite struct QuotasTests {
  private func quotas(_ settings: [Configuration.Key: UInt64]) -> Quotas {
    var configuration = Configuration()
    for (key, value) in settings { configuration[key] = value }
    return Quotas(configuration)
  }

  private func excess(_ body: () throws(Excess) -> Void) -> Excess? {
    do throws(Excess) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func eachLimitStopsAtItsNumber() throws {
    let quotas = quotas([
      .maxHandles: 6, .maxHandlesPerUser: 4, .maxHandlesPerProcess: 3, .maxBytesPerUser: 100, .maxBytesPerProcess: 60,
      .maxProcessesPerUser: 2, .maxFilesPerUser: 2, .maxHeldReadsPerUser: 1,
    ])
    let first = try quotas.addProcess(of: 1)
    let second = try quotas.addProcess(of: 1)
    #expect(excess { () throws(Excess) in _ = try quotas.addProcess(of: 1) }?.key == .maxProcessesPerUser)
    for _ in 1...3 { try quotas.addHandle(of: 20, to: first) }
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 1, to: first) }?.key == .maxHandlesPerProcess)
    quotas.removeHandle(of: 20, from: first)
    let bytes = excess { () throws(Excess) in try quotas.addHandle(of: 21, to: first) }
    #expect(bytes?.key == .maxBytesPerProcess && bytes?.held == 40 && bytes?.limit == 60)
    try quotas.addHandle(of: 60, to: second)
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 1, to: second) }?.key == .maxBytesPerUser)
    try quotas.addHandle(of: 0, to: second)
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 0, to: second) }?.key == .maxHandlesPerUser)
    let other = try quotas.addProcess(of: 2)
    try quotas.addHandle(of: 60, to: other)
    try quotas.addHandle(of: 0, to: other)
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 0, to: other) }?.key == .maxHandles)
    for _ in 1...2 { _ = try quotas.addFile(of: 2) }
    #expect(excess { () throws(Excess) in _ = try quotas.addFile(of: 2) }?.key == .maxFilesPerUser)
    _ = try quotas.addHeldRead(of: 2)
    #expect(excess { () throws(Excess) in _ = try quotas.addHeldRead(of: 2) }?.key == .maxHeldReadsPerUser)
    #expect(quotas.handles == 6 && quotas.bytes == 160 && quotas.heldReads == 1)
  }

  @Test func segmentsAndConnectionsAreLimitedByUser() throws {
    let quotas = quotas([.maxSegmentsPerUser: 2, .maxSegmentBytesPerUser: 100, .maxConnectionsPerUser: 1])
    let user = try quotas.addProcess(of: 1).user
    try quotas.addSegment(of: 60, to: user)
    let bytes = excess { () throws(Excess) in try quotas.addSegment(of: 41, to: user) }
    #expect(bytes?.key == .maxSegmentBytesPerUser && bytes?.held == 60 && bytes?.limit == 100)
    try quotas.addSegment(of: 40, to: user)
    #expect(excess { () throws(Excess) in try quotas.addSegment(of: 0, to: user) }?.key == .maxSegmentsPerUser)
    try quotas.addConnection(to: user)
    #expect(excess { () throws(Excess) in try quotas.addConnection(to: user) }?.key == .maxConnectionsPerUser)
    let root = try quotas.addProcess(of: 0).user
    for _ in 1...3 {
      try quotas.addSegment(of: .max, to: root)
      try quotas.addConnection(to: root)
    }
    #expect(quotas.segmentBytes == 3 * UInt128(UInt64.max) + 100)
    quotas.removeSegment(of: 60, from: user)
    quotas.removeConnection(from: user)
    #expect(user.segments == 1 && user.segmentBytes == 40 && user.connections == 0)
  }

  @Test func rootIsNotLimitedAsAUser() throws {
    let quotas = quotas([
      .maxHandles: 3, .maxHandlesPerUser: 1, .maxBytesPerUser: 1, .maxProcessesPerUser: 1, .maxFilesPerUser: 1,
      .maxHeldReadsPerUser: 1, .maxHandlesPerProcess: 2,
    ])
    let first = try quotas.addProcess(of: 0)
    let second = try quotas.addProcess(of: 0)
    for _ in 1...2 { try quotas.addHandle(of: UInt128(UInt64.max), to: first) }
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 1, to: first) }?.key == .maxHandlesPerProcess)
    try quotas.addHandle(of: UInt128(UInt64.max), to: second)
    #expect(excess { () throws(Excess) in try quotas.addHandle(of: 1, to: second) }?.key == .maxHandles)
    for _ in 1...2 { _ = (try quotas.addFile(of: 0), try quotas.addHeldRead(of: 0)) }
    #expect(quotas.bytes == 3 * UInt128(UInt64.max))
  }

  @Test func aUserWhoIsRefusedAtOnceIsForgotten() {
    let quotas = quotas([.maxFilesPerUser: 0])
    #expect(excess { () throws(Excess) in _ = try quotas.addFile(of: 7) }?.limit == 0)
    #expect(quotas[7] == nil)
  }

  /// What was admitted, as a plain list.
  private struct Model {
    struct Client {
      let account: Quotas.Process
      var handles: [UInt128] = []
    }

    var clients: [Client] = []
    var files: [Quotas.User] = []
    var reads: [Quotas.User] = []

    func agrees(with quotas: Quotas) -> Bool {
      let all = clients.flatMap(\.handles)
      guard quotas.handles == all.count, quotas.bytes == all.reduce(0, +), quotas.heldReads == reads.count else {
        return false
      }
      return (0...3).allSatisfy { uid in
        let own = clients.filter { $0.account.user.uid == uid }
        let handles = own.flatMap(\.handles)
        let counts = [
          handles.count, own.count, files.count { $0.uid == uid }, reads.count { $0.uid == uid },
        ]
        guard let user = quotas[UInt32(uid)] else { return counts.allSatisfy { $0 == 0 } }
        return counts == [user.handles, user.processes, user.files, user.heldReads].map { Int($0) }
          && user.bytes == handles.reduce(0, +) && counts.contains { $0 > 0 }
          && own.allSatisfy { $0.account.handles == $0.handles.count && $0.account.bytes == $0.handles.reduce(0, +) }
      }
    }
  }

  @Test(arguments: 1...8) func countersAgreeWithAModel(seed: UInt64) {
    var random = Generator(state: seed)
    let quotas = quotas([
      .maxHandles: 40, .maxHandlesPerUser: 15, .maxHandlesPerProcess: 6, .maxBytesPerUser: 90, .maxBytesPerProcess: 50,
      .maxProcessesPerUser: 4, .maxFilesPerUser: 5, .maxHeldReadsPerUser: 3,
    ])
    var model = Model()
    var refused: Set<Configuration.Key> = []
    for step in 0..<4000 {
      do throws(Excess) {
        try takeOneStep(&model, quotas, &random)
      } catch {
        refused.insert(error.key)
      }
      guard model.agrees(with: quotas) else {
        Issue.record("the counters are wrong after step \(step)")
        return
      }
    }
    #expect(refused.count == 8, "\(refused)")
    for client in model.clients { end(client, quotas) }
    for user in model.files { quotas.removeFile(of: user) }
    for user in model.reads { quotas.removeHeldRead(of: user) }
    #expect(quotas.handles == 0 && quotas.bytes == 0 && quotas.heldReads == 0)
    #expect((0...3).allSatisfy { quotas[$0] == nil })
  }

  private func takeOneStep(_ model: inout Model, _ quotas: Quotas, _ random: inout Generator) throws(Excess) {
    let uid = UInt32.random(in: 0...3, using: &random)
    let client = model.clients.indices.randomElement(using: &random)
    switch Int.random(in: 0..<16, using: &random) {
    case 0: model.clients.append(.init(account: try quotas.addProcess(of: uid)))
    case 1: if let client, model.clients.count > 6 { end(model.clients.remove(at: client), quotas) }
    case 2, 3: model.files.append(try quotas.addFile(of: uid))
    case 4:
      if let file = model.files.indices.randomElement(using: &random) {
        quotas.removeFile(of: model.files.remove(at: file))
      }
    case 5, 6: model.reads.append(try quotas.addHeldRead(of: uid))
    case 7:
      if let read = model.reads.indices.randomElement(using: &random) {
        quotas.removeHeldRead(of: model.reads.remove(at: read))
      }
    case 8...9:
      guard let client, let size = model.clients[client].handles.popLast() else { return }
      quotas.removeHandle(of: size, from: model.clients[client].account)
    default:
      guard let client else { return }
      let size = UInt128.random(in: 0...(Bool.random(using: &random) ? 30 : 3), using: &random)
      try quotas.addHandle(of: size, to: model.clients[client].account)
      model.clients[client].handles.append(size)
    }
  }

  private func end(_ client: Model.Client, _ quotas: Quotas) {
    for size in client.handles { quotas.removeHandle(of: size, from: client.account) }
    quotas.remove(client.account)
  }
}
