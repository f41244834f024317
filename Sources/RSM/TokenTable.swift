/// The live objects of one kind, found by the token the application holds. Anything but a live token finds nothing.
///
/// Grows by chunks that malloc takes from its heap: a process at vm.max_map_count gets no other memory, and a table that
/// doubled itself would end it there.
struct TokenTable<Object> {
  private static var chunkSize: Int { 512 }

  private enum Entry {
    case live(Token, Object)
    /// The next free slot, -1 for none.
    case free(Int)
  }

  private let kind: Token.Kind
  private var chunks: [[Entry]] = []
  private var firstFree = -1
  private var used = 0

  init(_ kind: Token.Kind) {
    self.kind = kind
  }

  subscript(token: Token) -> Object? {
    get {
      guard token.slot < used, case .live(token, let object) = self[slot: token.slot] else { return nil }
      return object
    }
    set {
      guard self[token] != nil, let newValue else { return }
      self[slot: token.slot] = .live(token, newValue)
    }
  }

  /// - Returns: nil if the table is full.
  mutating func insert(_ object: Object) -> Token? {
    guard firstFree >= 0 || used < Token.slotLimit else { return nil }
    let slot = firstFree >= 0 ? firstFree : used
    let token = Token(kind: kind, slot: slot)
    if slot < used, case .free(let next) = self[slot: slot] {
      firstFree = next
      self[slot: slot] = .live(token, object)
    } else {
      append(.live(token, object))
    }
    return token
  }

  mutating func remove(_ token: Token) -> Object? {
    guard let object = self[token] else { return nil }
    self[slot: token.slot] = .free(firstFree)
    firstFree = token.slot
    return object
  }

  private mutating func append(_ entry: Entry) {
    if used % Self.chunkSize == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
    }
    chunks[chunks.count - 1].append(entry)
    used += 1
  }

  private subscript(slot slot: Int) -> Entry {
    get { chunks[slot / Self.chunkSize][slot % Self.chunkSize] }
    set { chunks[slot / Self.chunkSize][slot % Self.chunkSize] = newValue }
  }
}
