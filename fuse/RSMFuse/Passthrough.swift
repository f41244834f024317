import CFuseShims
import RSMBackend
import RSMKernel

/// The backing ids under which the kernel knows the memory of segments.
///
/// All opens of a node must have the same one, or none: so what the first open gets is kept until the publication ends.
final class Passthrough {
  private let device: Int32
  /// By the number of the publication. Nil where the kernel has refused.
  private var ids: [UInt64: Int32?] = [:]

  init(device: Int32, _ segments: SegmentTable) {
    self.device = device
    segments.withdrawn = { [unowned self] in close($0) }
  }

  /// The backing id of the memory of a publication, nil if the kernel has none for it.
  func id(of publication: Publication) -> Int32? {
    if let known = ids[publication.number] { return known }
    guard let memory = publication.export.memory else { return nil }
    let id = cfuse_open_backing(device, memory.file.raw)
    ids[publication.number] = .some(id > 0 ? id : nil)
    return id > 0 ? id : nil
  }

  /// Open files and mappings of it go on.
  private func close(_ number: UInt64) {
    if let known = ids.removeValue(forKey: number), let id = known { cfuse_close_backing(device, id) }
  }
}
