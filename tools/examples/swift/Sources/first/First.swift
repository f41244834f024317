import RSM

@main
struct First {
  static func main() throws {
    let controller = try Controller()
    let page = controller.attributes.pageSize
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * page, alignment: page)
    defer { buffer.deallocate() }

    let handle = try controller.registerMemory(UnsafeRawBufferPointer(buffer))
    print("handle \(handle.id): \(handle.length) bytes are pinned")
    try handle.free()
  }
}
