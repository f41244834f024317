/// One open file of `ctl`.
final class OpenFile {
  let id: UInt64
  /// Whom it counts for.
  let opener: Quotas.User
  /// Set by HELLO.
  var owner: Owner?
  /// The owner has exited; whoever still holds the open file inherited it and gets nothing on it.
  var isOrphaned = false
  var handles = HandleTable.Chain()
  /// The export segments created on it.
  var exports: Set<UInt64> = []
  /// The connections without rights made on it.
  var connections: Set<UInt64> = []
  /// Counted up whenever memory of its handles begins or ceases to move: odd while it moves.
  private(set) var moves: UInt64 = 0
  var journal = RequestJournal()

  init(id: UInt64, opener: Quotas.User) {
    self.id = id
    self.opener = opener
  }

  var isMoving: Bool { moves % 2 == 1 }

  func setMoving(_ isMoving: Bool) {
    if isMoving != self.isMoving { moves += 1 }
  }
}
