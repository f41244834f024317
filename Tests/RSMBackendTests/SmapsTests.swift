import RSMKernel
import Testing

@testable import RSMBackend

@Suite struct SmapsTests {
  @Test func lockedIsWhatIsLockedAllOver() throws {
    let mapping = try Mapping(anonymous: 6 * pageSize)
    let locked = PageRange(start: mapping.start + pageSize, end: mapping.start + 4 * pageSize)
    try PageLock.lock(locked)
    let smaps = try Smaps(process: "self", inode: 0)
    #expect(smaps.isLocked(locked))
    #expect(smaps.isLocked(locked.prefix(pages: 1)))
    #expect(!smaps.isLocked(PageRange(start: mapping.start, end: locked.end)))
    #expect(!smaps.isLocked(PageRange(start: locked.start, end: locked.end + pageSize)))
  }
}
