import RSMControl
package import RSMKernel
package import SystemPackage

/// The agent's side of the inspectors: which is idle, who is asked about next, and who has taken too long.
///
/// An inspector asks about one process at a time and answers all that is wanted of it. One user occupies at most one inspector.
package final class Inspections {
  /// How long a process may keep an inspector before it is killed out of the question.
  package static let deadline: Duration = .milliseconds(500)
  /// How long a question waits for an inspector; up to twice as long, since nobody looks more often.
  package static let patience: Duration = .seconds(2)

  private struct Question {
    let asked = ContinuousClock.now
    let range: PageRange
    let notBefore: UInt64
    let completion: (InspectionAnswer) -> Void
  }

  private struct Queue {
    let target: InspectionTarget
    var questions: [Question]
  }

  private struct Work {
    let job: UInt64
    let target: InspectionTarget
    let questions: [Question]
    let timer: UInt64
  }

  private final class Worker {
    let serial: UInt64
    let socket: MessageSocket
    var watch: UInt64 = 0
    var work: Work?

    init(serial: UInt64, socket: consuming MessageSocket) {
      self.serial = serial
      self.socket = socket
    }
  }

  private let loop: EventLoop
  private let expected: Int
  private let obstacle: String?
  private let replace: (UInt64) -> Void
  private var workers: [Worker] = []
  private var waiting: [Queue] = []
  private var isSweepScheduled = false
  private var lastJob: UInt64 = 0
  package private(set) var replacedCount: UInt64 = 0
  /// How the last answer was found.
  package private(set) var method: String

  /// - Parameters:
  ///   - expected: how many inspectors the keeper starts; with 0 nobody is ever asked.
  ///   - obstacle: why no answer could be believed, nil if nothing stands in the way.
  ///   - replace: asks the keeper for another inspector in place of the one with this serial number.
  package init(loop: EventLoop, expected: Int, obstacle: String? = nil, replace: @escaping (UInt64) -> Void) {
    self.loop = loop
    self.expected = expected
    self.obstacle = obstacle
    self.replace = replace
    method = expected == 0 || obstacle != nil ? "none" : "probe"
  }

  package var workerCount: Int { workers.count }
  /// Whether there is anybody to ask.
  var canAsk: Bool { expected > 0 && obstacle == nil }

  /// Takes a new inspector, reached through `socket`.
  package func add(serial: UInt64, socket: consuming MessageSocket) throws(Errno) {
    let worker = Worker(serial: serial, socket: socket)
    worker.watch = try loop.watch(worker.socket.raw) { [unowned self, unowned worker] in receive(from: worker) }
    workers.append(worker)
    workers.sort { $0.serial < $1.serial }
    dispatch()
  }

  /// Asks about a range of a process; an answer found before `notBefore` (microseconds since 1970) is not good enough.
  func ask(
    _ target: InspectionTarget, about range: PageRange, notBefore: UInt64,
    _ completion: @escaping (InspectionAnswer) -> Void
  ) {
    guard expected > 0 else { return completion(.notAsked) }
    if let obstacle { return completion(.failed(obstacle)) }
    guard !target.isQuiet else { return completion(.slowTarget) }
    let question = Question(range: range, notBefore: notBefore, completion: completion)
    if let index = waiting.firstIndex(where: { $0.target === target }) {
      waiting[index].questions.append(question)
    } else {
      waiting.append(Queue(target: target, questions: [question]))
    }
    dispatch()
    scheduleSweep()
  }

  private func scheduleSweep() {
    guard !isSweepScheduled, !waiting.isEmpty else { return }
    isSweepScheduled = true
    _ = loop.schedule(after: Self.patience) { [unowned self] in sweep() }
  }

  /// Gives up on questions that no inspector was free for.
  private func sweep() {
    isSweepScheduled = false
    let limit = ContinuousClock.now - Self.patience
    var late: [Question] = []
    for index in waiting.indices {
      let questions = waiting[index].questions.prefix { $0.asked <= limit }
      late += questions
      waiting[index].questions.removeFirst(questions.count)
    }
    waiting.removeAll { $0.questions.isEmpty }
    for question in late {
      question.completion(.noInspector)
    }
    scheduleSweep()
  }

  private func dispatch() {
    while let worker = workers.first(where: { $0.work == nil }) {
      let busyUsers = Set(workers.compactMap { $0.work?.target.uid })
      guard let index = waiting.firstIndex(where: { !busyUsers.contains($0.target.uid) }) else { return }
      let questions = Array(waiting[index].questions.prefix(InspectionJob.rangeLimit))
      let target = waiting[index].target
      waiting[index].questions.removeFirst(questions.count)
      if waiting[index].questions.isEmpty { waiting.remove(at: index) }
      start(worker, target, questions)
    }
  }

  private func start(_ worker: Worker, _ target: InspectionTarget, _ questions: [Question]) {
    lastJob += 1
    let job = InspectionJob(
      id: lastJob, pid: target.pid, inode: target.inode, notBefore: questions.map(\.notBefore).max() ?? 0,
      ranges: questions.map(\.range))
    let timer = loop.schedule(after: Self.deadline) { [unowned self, unowned worker] in deadlinePassed(worker) }
    worker.work = Work(job: lastJob, target: target, questions: questions, timer: timer)
    do {
      try worker.socket.send(job.words)
    } catch {
      lose(worker, .failed("the inspector died: \(error)"))
    }
  }

  private func receive(from worker: Worker) {
    guard let message = try? worker.socket.receive() else { return lose(worker, .failed("the inspector died")) }
    guard let report = InspectionReport(words: message.words), let work = worker.work, report.job == work.job else {
      return
    }
    loop.cancel(work.timer)
    worker.work = nil
    work.target.answered()
    method = report.method == .probe ? "probe" : "smaps"
    for (index, question) in work.questions.enumerated() {
      question.completion(InspectionAnswer(report, index: index))
    }
    dispatch()
  }

  private func deadlinePassed(_ worker: Worker) {
    worker.work?.target.missedDeadline()
    replacedCount += 1
    lose(worker, .slowTarget)
  }

  /// Ends the work of an inspector that will not answer. The keeper kills it, if it lives, and sends another one.
  private func lose(_ worker: Worker, _ answer: InspectionAnswer) {
    workers.removeAll { $0 === worker }
    loop.forget(worker.watch, descriptor: worker.socket.raw)
    replace(worker.serial)
    guard let work = worker.work else { return }
    loop.cancel(work.timer)
    let late = waiting.filter { $0.target === work.target }.flatMap(\.questions)
    waiting.removeAll { $0.target === work.target }
    for question in work.questions + late {
      question.completion(answer)
    }
    dispatch()
  }
}

extension InspectionAnswer {
  static let slowTarget = failed("the process did not answer the kernel's questions within \(Inspections.deadline)")

  static let movingMemory = failed("its memory was moving to or from an export segment")

  static let tooManyReads = failed(
    "as many reads of this user wait for an inspector as rsmd admits; see max-held-reads-per-user in rsmd.conf")

  static let noInspector = failed("no inspector was free within \(Inspections.patience)")

  fileprivate init(_ report: InspectionReport, index: Int) {
    guard report.error == 0, index < report.pages.count else {
      self = .failed("the kernel does not tell: \(Errno(rawValue: report.error))")
      return
    }
    let pages = report.pages[index]
    let check = HandleFile.Check(
      time: Timestamp(microseconds: report.time), method: report.method == .probe ? "probe" : "smaps",
      locked: pages.locked * UInt64(pageSize), resident: pages.resident * UInt64(pageSize))
    self.init(outcome: .found(check, pages))
  }
}
