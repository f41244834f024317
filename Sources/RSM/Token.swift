import Synchronization

/// What a C handle is made of: a kind, a slot of that kind's table, and a serial number that no other handle of this process or
/// of its ancestors has. Never 0 and never an address.
package struct Token: RawRepresentable, Hashable, Sendable {
  enum Kind: UInt {
    case controller = 1
    case localMemory = 2
    case exportSegment = 3
    case importSegment = 4
    case barrier = 5
  }

  static let slotLimit = 1 << 24
  private static let serialMask: UInt = 1 << 36 - 1

  package let rawValue: UInt

  @inlinable
  package init(rawValue: UInt) {
    self.rawValue = rawValue
  }

  /// A token that no other one equals.
  init(kind: Kind, slot: Int) {
    let serial = lastSerial.wrappingAdd(1, ordering: .relaxed).newValue
    rawValue = kind.rawValue << 60 | (serial & Self.serialMask) << 24 | UInt(slot)
  }

  var kind: Kind? { Kind(rawValue: rawValue >> 60) }
  var serial: UInt { rawValue >> 24 & Self.serialMask }
  /// The serial number of the youngest token.
  static var last: UInt { lastSerial.load(ordering: .relaxed) & serialMask }
  var slot: Int { Int(rawValue & UInt(Self.slotLimit - 1)) }
}

/// One sequence for the whole process: a forked child goes on where its parent was, so that no token it inherited fits an
/// object of its own.
private let lastSerial = Atomic<UInt>(0)
