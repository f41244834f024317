import RSMKernel
import RSMPinning
import Synchronization

/// An export segment of this process: memory that others can reach while it is published.
///
/// The memory lies in a file that rsmd has made; the program goes on using it at its old address.
final class Export: Sendable {
  struct Flags: OptionSet {
    let rawValue: UInt32

    /// `RSM_ALLOW_REBIND`
    static let allowRebind = Flags(rawValue: 0x01)
    /// `RSM_LOCK_OPS`, which nobody implements: such a segment cannot be published.
    static let lockOperations = Flags(rawValue: 0x04)
  }

  struct State {
    var pin: Pin
    /// The file that the memory lies in.
    var memory: FileIdentity
    /// Nil unless it is published.
    var segment: UInt32?
    /// Where imports of this very process find the memory, while it is published.
    var alias: AliasTable.Alias?
    var isGone = false
  }

  /// The number of the export at rsmd.
  let id: UInt64
  let generationSlot: Int
  let session: ControlSession
  let flags: Flags
  /// Held while something is done to the segment.
  let state: Mutex<State>

  init(id: UInt64, generationSlot: Int, session: ControlSession, flags: Flags, pin: Pin, memory: FileIdentity) {
    self.id = id
    self.generationSlot = generationSlot
    self.session = session
    self.flags = flags
    state = Mutex(State(pin: pin, memory: memory))
  }
}
