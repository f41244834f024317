/// An error of the Remote Shared Memory API: the RSMERR code that the C function returns, and what happened in words.
public struct RSMError: Error, Equatable, Sendable, CustomStringConvertible {
  public let code: Code
  /// What happened, the limit and the size involved, and what to do.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(message) (RSM error \(code.rawValue))" }

  /// The RSMERR codes of <sys/rsm/rsm_common.h>.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
      self.rawValue = rawValue
    }
  }
}
