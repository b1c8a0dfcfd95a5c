import Foundation
import Synchronization

/// Threads that run numbered tasks together; the calling thread is one of them.
///
/// The pool owns the cores: kernels run on the thread that calls them. Tasks are handed out as
/// threads come free, so a task must write what no other task of the same `run` touches; then every
/// thread count gives the same bits.
package final class WorkerPool: Sendable {
  package let threads: Int
  private let board = Board()

  package init(threads: Int) {
    precondition(threads > 0, "a pool of \(threads) threads")
    self.threads = threads
    for worker in 1..<max(threads, 1) {
      let thread = Thread { [board] in board.work(as: worker) }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit { board.close() }

  /// Calls `body(task, worker)` once for each task in 0..<`tasks` and returns when all are done.
  ///
  /// There is one call at a time, from one thread, and none from inside a task. `worker`, below
  /// `threads`, names the thread: scratch memory may be kept for each.
  package func run(tasks: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let job = Job(tasks: tasks, body: body)
      board.post(job)
      job.work(as: 0)
      board.waitForHelpers()
    }
  }

  /// Calls `body(block, worker)` once for each block of 0..<`count`, as `run` does.
  ///
  /// All blocks have `size` elements but the last, which may have fewer.
  package func forEachBlock(
    of count: Int, size: Int, _ body: @Sendable (_ block: Range<Int>, _ worker: Int) -> Void
  ) {
    let blocks = (0..<count).parts(of: size)
    run(tasks: blocks.count) { task, worker in body(blocks[task], worker) }
  }
}

/// The tasks of one call of `run`, of which every thread takes the next when it comes free.
private final class Job: Sendable {
  let tasks: Int
  let body: @Sendable (Int, Int) -> Void
  private let next = Atomic(0)

  init(tasks: Int, body: @escaping @Sendable (Int, Int) -> Void) {
    (self.tasks, self.body) = (tasks, body)
  }

  func work(as worker: Int) {
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard task < tasks else { return }
      body(task, worker)
    }
  }
}

/// The place where the helpers wait for the next job; all its state is guarded by `condition`.
private final class Board: @unchecked Sendable {
  private let condition = NSCondition()
  private var job: Job?
  private var posted = 0
  /// The helpers there are: a thread that the system could not start is none.
  private var helpers = 0
  private var busy = 0
  private var closed = false

  func post(_ job: Job) {
    condition.lock()
    self.job = job
    posted += 1
    busy = helpers
    condition.broadcast()
    condition.unlock()
  }

  func waitForHelpers() {
    condition.lock()
    while busy > 0 { condition.wait() }
    job = nil
    condition.unlock()
  }

  func close() {
    condition.lock()
    closed = true
    condition.broadcast()
    condition.unlock()
  }

  /// Works on all jobs from now on: what a helper does until the board is closed.
  func work(as worker: Int) {
    var seen = join()
    while runNextJob(after: &seen, as: worker) {
      condition.lock()
      busy -= 1
      if busy == 0 { condition.broadcast() }
      condition.unlock()
    }
  }

  /// Counts this thread as a helper, of the job that is being worked on as well.
  ///
  /// - Returns: The number of jobs that it has no part in.
  private func join() -> Int {
    condition.lock()
    defer { condition.unlock() }
    helpers += 1
    guard job != nil else { return posted }
    busy += 1
    return posted - 1
  }

  /// Waits for a job and works on it; returns false when there will be none.
  ///
  /// This is a function of its own, never inlined, so that the reference to the job, and with it to
  /// the caller's closure, is gone before the caller learns that this thread is done.
  @inline(never)
  private func runNextJob(after seen: inout Int, as worker: Int) -> Bool {
    condition.lock()
    while posted == seen && !closed { condition.wait() }
    let (job, stop) = (self.job, closed)
    seen = posted
    condition.unlock()
    if stop { return false }
    job?.work(as: worker)
    return true
  }
}
