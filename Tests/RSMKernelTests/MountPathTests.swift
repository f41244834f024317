import Glibc
import RSMKernel
import SystemPackage
import Testing

@Suite struct MountPathTests {
  @Test func pathsAreResolvedAsFarAsTheyExist() throws {
    #expect(try MountPath.resolve("/proc/") == "/proc")
    #expect(try MountPath.resolve("//proc/./sys/../") == "/proc")
    #expect(try MountPath.resolve("/") == "/")
    #expect(try MountPath.resolve("/missing") == "/missing")
    #expect(try MountPath.resolve("/proc/self/missing/") == "/proc/\(getpid())/missing")
    #expect(throws: Errno.noSuchFileOrDirectory) { try MountPath.resolve("/missing/too") }
  }
}
