/// The commands of Tests/Fixtures/rsmclient.c in Swift.
extension Dialogue {
  /// The answer to a command that answers one number.
  package func number(_ command: String) throws -> UInt {
    let answer = try ask(command)
    guard let number = UInt(parsing: answer) else { throw Silence(command: "\(command): \(answer)") }
    return number
  }

  /// Gets the loopback controller.
  package func controller() throws -> UInt {
    try rsm("get loopback").value
  }

  /// The result and the handle of a command that answers both.
  package func rsm(_ command: String) throws -> (code: Int32, value: UInt) {
    let words = try ask(command).split(separator: " ")
    guard let code = words.first.flatMap({ Int32($0) }) else { throw Silence(command: command) }
    return (code, words.count > 1 ? UInt(parsing: String(words[1])) ?? 0 : 0)
  }

  package func create(_ controller: UInt, _ address: UInt, _ length: UInt) throws -> (code: Int32, value: UInt) {
    try rsm("create \(controller) \(address) \(length)")
  }

  package func free(_ controller: UInt, _ handle: UInt) throws -> Int32 {
    try rsm("free \(controller) \(handle)").code
  }

  /// Maps private anonymous memory, read-write, of this many pages, and touches it.
  package func memory(pages: UInt) throws -> UInt {
    let address = try number("mmap \(pages * 4096) 3")
    _ = try ask("touch \(address) \(pages * 4096)")
    return address
  }

  package func lockedPages(_ address: UInt, pages: UInt) throws -> UInt {
    try number("locked \(address) \(pages * 4096)")
  }
}

extension UInt {
  /// Reads a decimal or 0x hexadecimal number.
  package init?(parsing text: String) {
    if text.hasPrefix("0x") { self.init(text.dropFirst(2), radix: 16) } else { self.init(text) }
  }
}
