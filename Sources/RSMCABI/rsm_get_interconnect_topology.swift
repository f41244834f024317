// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CRSM
import Glibc
import RSM

@c @implementation
public func rsm_get_interconnect_topology(
  _ topology_data: UnsafeMutablePointer<UnsafeMutablePointer<rsm_topology_t>?>!
) -> Int32 {
  result { () throws(RSMError) in
    guard let topology_data = unsafe topology_data else {
      throw RSMError(.badTopologyPointer, "topology_data is NULL")
    }
    unsafe topology_data.pointee = nil
    let topology = Topology()
    // The header, and behind it a pointer for each controller.
    let size =
      MemoryLayout<rsm_topology_hdr_t>.size
      + topology.controllerCount * MemoryLayout<UInt>.size
    guard let block = unsafe calloc(1, size) else {
      throw RSMError(.insufficientMemory, "no memory for a topology of \(size) bytes; free some")
    }
    unsafe block.storeBytes(
      of: rsm_topology_hdr_t(
        local_nodeid: topology.localNode, local_cntlr_count: UInt32(topology.controllerCount)),
      as: rsm_topology_hdr_t.self)
    unsafe topology_data.pointee = block.assumingMemoryBound(to: rsm_topology_t.self)
  }
}

@c @implementation
public func rsm_free_interconnect_topology(_ topology_data: UnsafeMutablePointer<rsm_topology_t>!) {
  unsafe free(topology_data)
}
