/// The controllers of this machine and what they reach, as `rsm_get_interconnect_topology`(3RSM). Loopback is not listed.
public struct Topology: Equatable, Sendable {
  /// The number of this machine, outside of any cluster.
  public let localNode: UInt32
  /// How many controllers there are besides loopback.
  public let controllerCount: Int

  /// As it is now.
  public init() {
    localNode = Runtime.localNode
    controllerCount = 0
  }
}
