/// One open file of `ctl`.
final class OpenFile {
  let id: UInt64
  /// Set by HELLO.
  var owner: Owner?
  /// The owner has exited; whoever still holds the open file inherited it and gets nothing on it.
  var isOrphaned = false
  var handles = HandleTable.Chain()
  var journal = RequestJournal()

  init(id: UInt64) {
    self.id = id
  }
}
