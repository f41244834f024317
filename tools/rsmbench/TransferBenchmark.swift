import CRSM
import Glibc
import RSM
import RSMKernel
import Synchronization

/// The figures of `rsmbench transfer`.
enum TransferBenchmark {
  enum Form: String, CaseIterable {
    case put, get, putv
  }

  private static let sizes = [8, 64, 512, 4096, 65_536, 1 << 20, 16 << 20, 64 << 20]
  private static let baseline = "memcpy + fence"

  static func run(_ forms: [Form], core: Int32?) throws(Problem) -> [Figure] {
    try Limits.bind(toCore: core)
    guard let largest = sizes.max() else { return [] }
    let segment = try BenchSegment(byteCount: largest)
    let local = try WarmMemory(pageCount: largest / 4096)
    do {
      return try forms.flatMap { form in try sizes.map { try figure(form, byteCount: $0, segment, local) } }
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(message: "cannot measure: \(error)")
    }
  }

  private static func figure(
    _ form: Form, byteCount: Int, _ segment: BenchSegment, _ local: WarmMemory
  ) throws -> Figure {
    // The cost of a closure must not be seen beside that of a few bytes.
    let repeats = byteCount <= 4096 ? 100 : 1
    guard let here = unsafe UnsafeMutableRawPointer(bitPattern: local.pages.start),
      let there = unsafe UnsafeMutableRawPointer(bitPattern: segment.mapped)
    else { throw Problem(message: "memory is mapped at 0") }
    let (to, from) = unsafe form == .get ? (here, there) : (there, here)
    let handle = unsafe segment.handle
    let copy = {
      for _ in 0..<repeats {
        unsafe memcpy(to, from, byteCount)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
      }
    }
    let transfer: () throws -> Void =
      switch form {
      case .put: { for _ in 0..<repeats { try unsafe succeed(rsm_memseg_import_put(handle, 0, here, byteCount)) } }
      case .get: { for _ in 0..<repeats { try unsafe succeed(rsm_memseg_import_get(handle, 0, here, byteCount)) } }
      case .putv:
        {
          var entry = unsafe rsm_iovec_t()
          unsafe entry.io_type = RSM_VA_TYPE
          unsafe entry.local.vaddr = here.assumingMemoryBound(to: CChar.self)
          unsafe entry.transfer_length = byteCount
          try unsafe withUnsafeMutablePointer(to: &entry) { entry in
            var request = unsafe rsm_scat_gath_t()
            unsafe request.io_request_count = 1
            unsafe request.remote_handle = handle
            unsafe request.iovec = entry
            for _ in 0..<repeats { try unsafe succeed(rsm_memseg_import_putv(&request)) }
          }
        }
      }
    let best = try Contest.best(of: [copy, transfer]).map { $0 / Double(repeats) }
    return Figure(
      "\(form.rawValue) \(byteCount) bytes", nanoseconds: best[1], over: baseline, best[0],
      target: byteCount == 8 && form != .putv ? 2.5 : nil)
  }

  private static func succeed(_ error: Int32) throws(Problem) {
    guard error == RSM_SUCCESS else { throw Problem(message: "a transfer failed with RSM error \(error)") }
  }
}
