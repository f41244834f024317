import Synchronization

/// The live objects of one kind, found by the token the application holds. Anything but a live token finds nothing.
struct TokenTable<Object> {
  private let kind: Token.Kind
  private var slots: [(token: Token, object: Object)?] = []
  private var freeSlots: [Int] = []

  init(_ kind: Token.Kind) {
    self.kind = kind
  }

  subscript(token: Token) -> Object? {
    get { isLive(token) ? slots[token.slot]?.object : nil }
    set {
      guard isLive(token), let newValue else { return }
      slots[token.slot] = (token, newValue)
    }
  }

  /// - Returns: nil if the table is full.
  mutating func insert(_ object: Object) -> Token? {
    guard let slot = freeSlots.popLast() ?? (slots.count < Token.slotLimit ? slots.count : nil) else { return nil }
    let serial = lastSerial.add(1, ordering: .relaxed).newValue
    let token = Token(kind: kind, slot: slot, serial: serial)
    if slot == slots.count {
      slots.append((token, object))
    } else {
      slots[slot] = (token, object)
    }
    return token
  }

  mutating func remove(_ token: Token) -> Object? {
    guard let object = self[token] else { return nil }
    slots[token.slot] = nil
    freeSlots.append(token.slot)
    return object
  }

  private func isLive(_ token: Token) -> Bool {
    token.slot < slots.count && slots[token.slot]?.token == token
  }
}

/// One sequence for the whole process: a forked child goes on where its parent was, so that no token it inherited fits an
/// object of its own.
private let lastSerial = Atomic<UInt>(0)
