import CLinux
import RSMControl
import RSMKernel
import SystemPackage

/// The segment ids that the administrator has reserved for an application, as `rsm_get_segmentid_range`(3RSM).
public struct SegmentIDRange: Equatable, Sendable {
  /// The first id.
  public let base: UInt32
  /// How many ids there are.
  public let count: UInt32

  /// Looks the application up in /etc/rsm/rsm.segmentid, or in the file that `RSM_SEGMENTID` names.
  ///
  /// - Throws: `badConfiguration` if the file cannot be read or is wrong up to the line of the application, `badApplicationID` if it has
  ///   no such line.
  public init(of application: String) throws(RSMError) {
    let path = Self.path
    let text: String
    do throws(Errno) {
      text = try TextFile.read(path)
    } catch {
      throw RSMError(
        .badConfiguration,
        "cannot read \(path): \(error); reserve segment ids there, as in: reserved \(application) 0x600000 1000")
    }
    let found: SegmentIDFile.Entry?
    do throws(SegmentIDFile.Mistake) {
      found = try SegmentIDFile.entry(of: application, in: text)
    } catch {
      throw RSMError(.badConfiguration, "\(path):\(error.line): \(error.message)")
    }
    guard let entry = found else {
      throw RSMError(.badApplicationID, "\(path) reserves no segment ids for \"\(application)\"")
    }
    base = entry.base
    count = entry.count
  }

  private static var path: String {
    guard let path = unsafe clinux_secure_getenv(SegmentIDFile.variable) else { return SegmentIDFile.standardPath }
    return unsafe String(cString: path)
  }
}
