/// Sizes for people: at most one digit after the point, in powers of 1024.
package enum HumanSize {
  private static let units = ["B", "K", "M", "G", "T", "P", "E", "Z", "Y"]

  /// `bytes` as 17B, 68K or 1.2M, rounded to the nearest.
  package static func text(_ bytes: UInt128) -> String {
    guard bytes >= 1024 else { return "\(bytes)B" }
    let last = units.count - 1
    var unit = min((bytes.bitWidth - 1 - bytes.leadingZeroBitCount) / 10, last)
    // 1023.97 K is 1 M after rounding.
    if unit < last, tenths(bytes, unit) >= 10 * 1024 { unit += 1 }
    let tenths = tenths(bytes, unit)
    return tenths % 10 == 0 ? "\(tenths / 10)\(units[unit])" : "\(tenths / 10).\(tenths % 10)\(units[unit])"
  }

  private static func tenths(_ bytes: UInt128, _ unit: Int) -> UInt128 {
    ((bytes >> UInt128(10 * (unit - 1))) * 10 + 512) / 1024
  }
}
