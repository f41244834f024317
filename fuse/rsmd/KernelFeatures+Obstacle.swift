import RSMKernel

extension KernelFeatures {
  /// Why rsmd cannot work on this kernel, nil if it can.
  var obstacle: String? {
    guard !missingRequired.isEmpty else { return nil }
    let names = missingRequired.map(\.rawValue).joined(separator: ", ")
    if missingRequired.allSatisfy(\.isOff) {
      return "\(names) cannot be done without, but --without or \(KernelFeature.variable) switches it off"
    }
    return "this kernel lacks \(names), without which memory cannot be checked; Linux 6.12 or later has them"
  }
}
