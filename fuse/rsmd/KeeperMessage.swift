/// What the keeper and the agent say to each other. A passed descriptor goes along where noted.
enum KeeperMessage {
  /// Agent: requests will be answered from now on.
  case serving
  /// Keeper: here is an inspector; its socket goes along.
  case inspector(serial: UInt64)
  /// Agent: this inspector does not answer; kill it and send another.
  case replace(serial: UInt64)
  /// Keeper: here is the socket `grant`, bound; it goes along.
  case grants

  var words: [UInt64] {
    switch self {
    case .serving: [1, 0]
    case .inspector(let serial): [2, serial]
    case .replace(let serial): [3, serial]
    case .grants: [4, 0]
    }
  }

  init?(words: [UInt64]) {
    switch (words.first, words.count) {
    case (1, 2): self = .serving
    case (2, 2): self = .inspector(serial: words[1])
    case (3, 2): self = .replace(serial: words[1])
    case (4, 2): self = .grants
    default: return nil
    }
  }
}
