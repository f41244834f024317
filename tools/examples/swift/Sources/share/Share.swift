import RSM

@main
struct Share {
  static func main() throws {
    let controller = try Controller()
    let page = controller.attributes.pageSize
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: page, alignment: page)
    defer { buffer.deallocate() }

    let export = try controller.export(buffer)
    let id = try export.publish(access: [.ownerRead, .ownerWrite])

    // What another process does that knows the id:
    let segment = try controller.connect(to: id)
    let barrier = try segment.makeBarrier()
    let bytes: [UInt8] = [1, 2, 3]
    try segment.put(bytes.span, at: 0)
    withExtendedLifetime(barrier) {}  // a put needs one

    print("segment \(id) begins with \(Array(buffer[..<3]))")
    try export.destroy()
  }
}
