import CRSM
import RSMBackend
import RSMControl
import RSMKernel
import RSMTestSupport
import Testing

/// Random operations, compared with plain lists of what must be there after each.
@Suite struct SegmentModelTests {
  private struct Model {
    var exports: [Export] = []
    /// By segment id.
    var published: [UInt32: Publication] = [:]
    var connections: [Connection] = []

    func agrees(with table: SegmentTable) -> Bool {
      guard table.count == exports.count, table.publishedCount == published.count,
        table.connectionCount == connections.count
      else { return false }
      var listed: [UInt32] = []
      while let id = table.nextSegment(after: listed.last ?? 0) { listed.append(id) }
      guard listed == published.keys.sorted() else { return false }
      for publication in published.values {
        guard table[segment: publication.segmentID] === publication,
          table[publication: publication.number] === publication, publication.export.publication === publication,
          table.connections(to: publication).map(\.id)
            == connections.filter({ $0.publication === publication }).map(\.id)
        else { return false }
      }
      return connections.allSatisfy { connection in
        let isLive = table[publication: connection.publication.number] != nil
        return table[connection: connection.id] === connection && connection.isAborted != isLive
          && isLive == (table.generation(of: connection.publication.export) == connection.generation)
      } && (1...3).allSatisfy { agrees(with: table, process: $0) }
    }

    private func agrees(with table: SegmentTable, process: UInt64) -> Bool {
      let counts = table.counts(of: process)
      return counts.exports == published.values.count { $0.export.exporter == process }
        && counts.imports == connections.count { $0.owner == process && !$0.isAborted }
    }
  }

  @Test(arguments: 1...6) func theTableAgreesWithAModel(seed: UInt64) throws {
    var random = Generator(state: TestSeed.seed(seed))
    let table = try SegmentTable(limit: 12)
    var model = Model()
    for step in 0..<1500 {
      try takeOneStep(&model, table, &random)
      guard model.agrees(with: table) else {
        Issue.record("the table is wrong after step \(step)")
        return
      }
    }
    for export in model.exports { _ = table.destroy(export) }
    for connection in model.connections { table.disconnect(connection) }
    #expect(table.count == 0 && table.publishedCount == 0 && table.connectionCount == 0)
    #expect((1...3).allSatisfy { table.counts(of: $0) == (0, 0) } && table.nextSegment(after: 0) == nil)
  }

  private func takeOneStep(_ model: inout Model, _ table: SegmentTable, _ random: inout Generator) throws {
    let process = UInt64.random(in: 1...3, using: &random)
    let export = model.exports.randomElement(using: &random)
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1: if model.exports.count < table.limit { model.exports.append(try newExport(in: table, of: process)) }
    case 2:
      guard let export else { return }
      withdraw(export, from: &model)
      _ = table.destroy(export)
      model.exports.removeAll { $0 === export }
    case 3...5: if let export, export.publication == nil { publish(export, &model, table, &random) }
    case 6:
      guard let export, export.publication != nil else { return }
      _ = try table.reserve(export)
      withdraw(export, from: &model)
      _ = try table.unpublish(export)
    case 7:
      guard let place = model.connections.indices.randomElement(using: &random) else { return }
      table.disconnect(model.connections.remove(at: place))
    default:
      guard let publication = export?.publication, model.connections.count < 40 else { return }
      let importer = Importer(process: process, pid: Int32(process), uid: 0)
      model.connections.append(table.connect(importer, rights: .read, to: publication))
    }
  }

  private func newExport(in table: SegmentTable, of process: UInt64) throws -> Export {
    let export = try table.create(
      ExportRequest(
        exporter: process, pid: Int32(process), uid: 0, gid: 0, address: 0x10000, length: 4096, umask: 0))
    let bytes = [UInt8](repeating: 0, count: 4096)
    try unsafe bytes.withUnsafeBytes { _ = try unsafe #require(export.memory).file.write($0, at: 0) }
    return export
  }

  private func publish(_ export: Export, _ model: inout Model, _ table: SegmentTable, _ random: inout Generator) {
    let id = Bool.random(using: &random) ? 0 : UInt32.random(in: 0x400000...0x400005, using: &random)
    do throws(Refusal) {
      let publication = try table.publish(export, as: id, mode: 0o600)
      #expect(model.published.updateValue(publication, forKey: publication.segmentID) == nil)
    } catch {
      #expect(error.code == RSMERR_SEGID_IN_USE && model.published[id] != nil)
    }
  }

  private func withdraw(_ export: Export, from model: inout Model) {
    if let id = export.publication?.segmentID { model.published[id] = nil }
  }
}
