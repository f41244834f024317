import RSMControl
import RSMKernel

/// What the agent asks an inspector: the memory of one process, some ranges at a time. Carried as 64-bit words.
struct InspectionJob {
  /// Ranges of one job at the most.
  static let rangeLimit = 128

  let id: UInt64
  let pid: Int32
  /// The pidfs inode that process must have.
  let inode: UInt64
  /// An answer found earlier than this, in microseconds since 1970, is too old.
  let notBefore: UInt64
  let ranges: [PageRange]

  var words: [UInt64] {
    [id, UInt64(pid), inode, notBefore] + ranges.flatMap { [UInt64($0.start), UInt64($0.end)] }
  }

  init(id: UInt64, pid: Int32, inode: UInt64, notBefore: UInt64, ranges: [PageRange]) {
    self.id = id
    self.pid = pid
    self.inode = inode
    self.notBefore = notBefore
    self.ranges = ranges
  }

  init?(words: [UInt64]) {
    guard words.count >= 4, words.count % 2 == 0 else { return nil }
    self.init(
      id: words[0], pid: Int32(truncatingIfNeeded: words[1]), inode: words[2], notBefore: words[3],
      ranges: stride(from: 4, to: words.count, by: 2).map {
        PageRange(start: UInt(words[$0]), end: UInt(words[$0 + 1]))
      })
  }
}

/// What an inspector answers.
struct InspectionReport {
  enum Method: UInt64 {
    /// PROCMAP_QUERY, process_madvise and PAGEMAP_SCAN.
    case probe = 1
    /// PROCMAP_QUERY, smaps and PAGEMAP_SCAN, without CAP_SYS_NICE.
    case smaps = 2
  }

  /// Pages of one range.
  struct Pages: Equatable {
    var locked: UInt64 = 0
    var resident: UInt64 = 0
    /// Both.
    var good: UInt64 = 0
    /// With an identity tag.
    var tagged: UInt64 = 0
    /// Tagged and locked, but thrown away.
    var discarded: UInt64 = 0

    static let wordCount = 5

    var words: [UInt64] { [locked, resident, good, tagged, discarded] }

    init() {}

    init(words: ArraySlice<UInt64>) {
      let first = words.startIndex
      locked = words[first]
      resident = words[first + 1]
      good = words[first + 2]
      tagged = words[first + 3]
      discarded = words[first + 4]
    }
  }

  let job: UInt64
  /// 0, or the errno(3) that ended the job.
  let error: Int32
  let method: Method
  /// Microseconds since 1970.
  let time: UInt64
  let pages: [Pages]

  var words: [UInt64] {
    [job, UInt64(error), method.rawValue, time] + pages.flatMap(\.words)
  }

  init(job: UInt64, error: Int32, method: Method, time: UInt64, pages: [Pages]) {
    self.job = job
    self.error = error
    self.method = method
    self.time = time
    self.pages = pages
  }

  init?(words: [UInt64]) {
    guard words.count >= 4, (words.count - 4) % Pages.wordCount == 0, let method = Method(rawValue: words[2]) else {
      return nil
    }
    self.init(
      job: words[0], error: Int32(truncatingIfNeeded: words[1]), method: method, time: words[3],
      pages: stride(from: 4, to: words.count, by: Pages.wordCount).map {
        Pages(words: words[$0..<$0 + Pages.wordCount])
      })
  }
}
