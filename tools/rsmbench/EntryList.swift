import CLinux
import Glibc
import RSMKernel
import SystemPackage

/// A directory to list as any program would, with readdir(3).
final class EntryList {
  private let directory: Descriptor

  init(_ path: String) throws(Errno) {
    directory = try Descriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
  }

  /// A directory of empty files, named as handles are, on a tmpfs that has no place in the tree and so goes with this process.
  init(plainFiles count: Int) throws(Problem) {
    do throws(Errno) {
      let context = Descriptor(owning: try checked { unsafe fsopen("tmpfs", UInt32(FSOPEN_CLOEXEC)) })
      _ = try checked { fsconfig(context.raw, UInt32(FSCONFIG_CMD_CREATE.rawValue), nil, nil, 0) }
      directory = Descriptor(owning: try checked { fsmount(context.raw, UInt32(FSMOUNT_CLOEXEC), 0) })
      for number in 1...count {
        close(try checked { unsafe openat(directory.raw, String(number), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) })
      }
    } catch {
      throw Problem(message: "cannot make \(count) files on a tmpfs: \(error)")
    }
  }

  /// Lists the directory, which must have as many entries as expected.
  func expect(_ expected: Int) throws {
    let found = try count()
    guard found == expected else { throw Problem(message: "a directory of \(expected) entries lists \(found)") }
  }

  /// Lists the directory: how many entries it has besides itself and its parent.
  func count() throws(Errno) -> Int {
    let descriptor = try checked { unsafe openat(directory.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = unsafe fdopendir(descriptor) else {
      let error = Errno.current
      close(descriptor)
      throw error
    }
    defer { unsafe closedir(stream) }
    var entries = 0
    while unsafe readdir(stream) != nil { entries += 1 }
    return entries - 2
  }
}
