/// The exit statuses of rsmd besides 0, as in sysexits.h where that has a name.
enum ExitCode {
  /// The mount could not be made or removed.
  static let failure: Int32 = 1
  static let usage: Int32 = 64
  /// A part of rsmd died.
  static let software: Int32 = 70
  /// rsmd.conf is wrong or cannot be read.
  static let configuration: Int32 = 78
}
