import CRSM

/// The release this package builds.
package enum Release {
  package static let version = "0.1.0"
  /// The version of rsm_ctl.h.
  package static let controlABI = Int(RSM_CTL_ABI_VERSION)
}
