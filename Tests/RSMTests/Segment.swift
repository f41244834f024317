import CLinux
import CRSM
import Glibc
import RSM
import RSMKernel
import Synchronization
import SystemPackage
import Testing

/// A segment as rsmd makes it: a memfd, a counter of withdrawals on a shared page, and the memory mapped in the exporter.
@safe final class Segment: Sendable {
  let length: Int
  /// The exporter's own view of the memory, which this process has as well.
  let exported: Bytes
  private let counterPage: Bytes
  private let file: Descriptor
  private nonisolated(unsafe) let counter: UnsafePointer<Atomic<UInt64>>

  init(pages: Int) throws {
    length = pages * Int(pageSize)
    file = Descriptor(owning: try checked { unsafe clinux_memfd_create("segment") })
    let (descriptor, length) = (file.raw, length)
    _ = try checked { ftruncate(descriptor, off_t(length)) }
    exported = try Bytes(mapping: descriptor, length)
    counterPage = try Bytes(count: Int(pageSize))
    let start = counterPage.address
    unsafe counter = try #require(UnsafePointer(bitPattern: start))
    unsafe counter.pointee.store(70_000, ordering: .relaxed)
  }

  var generation: UInt64 { unsafe counter.pointee.load(ordering: .relaxed) }

  /// Unpublishes the segment.
  func withdraw() {
    unsafe counter.pointee.add(1, ordering: .releasing)
  }

  /// What CONNECT and a grant give an importer.
  func connectedMemory(_ rights: AccessRights) throws -> ImportedMemory {
    let flags = rights.contains(.write) ? O_RDWR : O_RDONLY
    guard !rights.isEmpty else {
      return unsafe ImportedMemory(
        length: UInt(length), rights: rights, file: nil, counter: counter, generation: generation)
    }
    return unsafe ImportedMemory(
      length: UInt(length), rights: rights, file: try Descriptor(opening: "/proc/self/fd/\(file.raw)", flags: flags),
      counter: counter, generation: generation)
  }

  func connect(_ rights: AccessRights = [.read, .write]) throws -> Import {
    unsafe Import(try ImportTable.current().pointee.insert(try connectedMemory(rights)))
  }

  /// What the exporter's half of the library enters when it publishes the memory.
  func enterAsExport() throws -> AliasTable.Alias {
    let pages = try #require(PageRange(address: exported.address, length: UInt(length)))
    let alias = unsafe AliasTable.Alias(
      pages, offset: 0, of: AliasTable.Identity(counter: counter, generation: generation))
    unsafe try ImportTable.current().pointee.aliases.insert(alias)
    return alias
  }
}
