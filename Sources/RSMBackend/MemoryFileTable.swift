/// The open files `memory` of all segments.
struct MemoryFileTable {
  private var files: [UInt64: MemoryFile] = [:]
  private var last: UInt64 = 0

  subscript(id: UInt64) -> MemoryFile? { files[id] }

  mutating func insert(_ file: MemoryFile) -> UInt64 {
    last += 1
    files[last] = file
    return last
  }

  mutating func setConnection(_ connection: UInt64?, of id: UInt64) {
    files[id]?.connection = connection
  }

  mutating func remove(_ id: UInt64) -> MemoryFile? {
    files.removeValue(forKey: id)
  }
}
