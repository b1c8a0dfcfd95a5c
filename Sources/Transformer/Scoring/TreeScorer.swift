import Kernels
package import Parallel

/// The score of one token under a model, given those before it.
package struct TokenScore: Equatable, Sendable {
  /// The log-probability of the token, in nats.
  package let logProb: Float
  /// Whether no other token is more likely.
  package let isGreedy: Bool
}

extension Parameters {
  /// The scores of all targets of `trees`, each of which follows the text `prefix`.
  ///
  /// - Parameter progress: A closure that is told how many of the trees are done.
  package func scores(
    of trees: [TokenTree], after prefix: [Int32], pool: WorkerPool, progress: (Int) -> Void
  ) -> [[TokenScore]] {
    let longest = trees.reduce(0) { max($0, $1.rows) }
    let starts = trees.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.outputs.count) }
    let results = Tensor(rows: 2, columns: starts.last ?? 0)
    let text = CachedText(prefix, self)
    let workers = (0..<pool.threads).map { _ in
      (
        cache: text.copy(withRoomFor: longest),
        buffers: ContinuationBuffers(
          self, rows: max(longest, ContinuationBuffers.usualRows), context: text.tokens + longest)
      )
    }
    let tasks = batches(trees)
    // In turns, so that progress is told in between.
    for turn in tasks.indices.parts(of: 16 * pool.threads) {
      pool.run(tasks: turn.count) { task, worker in
        let (cache, buffers) = workers[worker]
        let batch = tasks[turn.lowerBound + task]
        let parts = trees[batch].map { Continuation($0, of: cache, past: text.tokens) }
        _ = forward(parts, buffers)
        for (index, found) in losses(of: parts, buffers).enumerated() {
          results.view[0, starts[batch.lowerBound] + index] = -found.loss
          results.view[1, starts[batch.lowerBound] + index] = found.isGreedy ? 1 : 0
        }
      }
      progress(tasks[turn.upperBound - 1].upperBound)
    }
    return trees.indices.map { tree in
      (starts[tree]..<starts[tree + 1]).map {
        TokenScore(logProb: results.view[0, $0], isGreedy: results.view[1, $0] > 0)
      }
    }
  }

  /// The trees in runs of consecutive ones, each of about as many rows as a pass should have.
  private func batches(_ trees: [TokenTree]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var (start, rows) = (0, 0)
    for (index, tree) in trees.enumerated() {
      if index > start, rows + tree.rows > ContinuationBuffers.usualRows {
        batches.append(start..<index)
        (start, rows) = (index, 0)
      }
      rows += tree.rows
    }
    return start < trees.count ? batches + [start..<trees.count] : batches
  }
}
