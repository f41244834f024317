import CLinux
import CRSM
import Glibc
import RSM
import RSMKernel
import Synchronization
import SystemPackage

/// A segment that nobody exports, connected to and mapped in this process until it ends.
@safe final class BenchSegment {
  let handle: rsm_memseg_import_handle_t?
  /// Where the same memory is mapped besides.
  let mapped: UInt
  private let barrier: UnsafeMutablePointer<rsmapi_barrier_t>

  init(byteCount: Int) throws(Problem) {
    do {
      let file = Descriptor(owning: try checked { unsafe clinux_memfd_create("rsmbench") })
      let descriptor = file.raw
      _ = try checked { ftruncate(descriptor, off_t(byteCount)) }
      mapped = try Self.map(byteCount, MAP_SHARED | MAP_POPULATE, descriptor)
      let page = try Self.map(Int(pageSize), MAP_SHARED | MAP_ANONYMOUS, -1)
      guard let counter = unsafe UnsafePointer<Atomic<UInt64>>(bitPattern: page) else {
        throw Problem(message: "a page is mapped at 0")
      }
      let memory = unsafe ImportedMemory(
        length: UInt(byteCount), rights: [.read, .write], file: file, counter: counter, generation: 0)
      let token = unsafe try ImportTable.current().pointee.insert(memory)
      unsafe handle = OpaquePointer(bitPattern: token.rawValue)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(message: "cannot make a segment of \(byteCount) bytes: \(error)")
    }
    unsafe barrier = .allocate(capacity: 1)
    unsafe barrier.initialize(to: rsmapi_barrier_t())
    let error = unsafe rsm_memseg_import_init_barrier(handle, RSM_BARRIER_SEGMENT, barrier)
    guard error == RSM_SUCCESS else { throw Problem(message: "cannot initialise a barrier: RSM error \(error)") }
  }

  private static func map(_ byteCount: Int, _ flags: Int32, _ file: Int32) throws(Errno) -> UInt {
    UInt(
      bitPattern: try checked {
        Int(bitPattern: unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, file, 0))
      })
  }
}
