import CLinux
import Glibc
package import SystemPackage

extension Descriptor {
  /// Another descriptor of the same open file (`F_DUPFD_CLOEXEC`).
  package func duplicate() throws(Errno) -> Descriptor {
    let raw = raw
    return Descriptor(owning: try checked { fcntl(raw, F_DUPFD_CLOEXEC, 0) })
  }

  /// The size of the file in bytes.
  package var size: UInt64 {
    get throws(Errno) { UInt64(try information().st_size) }
  }

  /// The filesystem that the file is on, which is not asked.
  package var device: UInt64 {
    get throws(Errno) {
      let raw = raw
      var device: UInt64 = 0
      _ = try checked { unsafe clinux_device(raw, &device) }
      return device
    }
  }

  /// Gives the first bytes of the file memory of their own, what is in them stays (fallocate(2)).
  package func allocate(_ byteCount: UInt) throws(Errno) {
    let raw = raw
    _ = try checkedRetrying { clinux_fallocate(raw, 0, UInt64(byteCount)) }
  }

  /// fstat(2)
  func information() throws(Errno) -> stat {
    var information = stat()
    let raw = raw
    _ = try checked { unsafe fstat(raw, &information) }
    return information
  }
}
