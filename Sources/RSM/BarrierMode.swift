import CRSM

/// Who opens and closes barriers around puts and gets, as `rsm_barrier_mode_t`.
public enum BarrierMode: Sendable {
  /// `RSM_BARRIER_MODE_EXPLICIT`: the program. Errors come from closing a barrier.
  case explicit
  /// `RSM_BARRIER_MODE_IMPLICIT`: every put and get does, and says itself what went wrong. The mode of a new segment.
  case implicit
}
