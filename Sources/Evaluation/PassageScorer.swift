import Formats
package import Kernels
package import Transformer

extension Parameters {
  /// log p of the scored end of each passage, in nats.
  ///
  /// Windows of about the same length are scored together, a fixed number of rows at a time, so the
  /// result does not depend on the number of threads.
  ///
  /// - Parameter progress: is told how many windows of how many are done.
  package func logProbs(
    of passages: [Passage], pool: WorkerPool, progress: (Int, Int) -> Void = { _, _ in }
  ) -> [Double] {
    var windows: [(passage: Int, window: Passage)] = []
    for (index, passage) in passages.enumerated() {
      for window in passage.windows(context: config.context) { windows.append((index, window)) }
    }
    var totals = [Double](repeating: 0, count: passages.count)
    var done = 0
    let byTime = Dictionary(grouping: windows.indices) { inputLength(of: windows[$0].window) }
    for time in byTime.keys.sorted() {
      let indices = byTime[time] ?? []
      let batchSize = min(max(1, rowsPerBatch / time), indices.count)
      let activations = Activations(
        config, sequences: batchSize, time: time, precision: precision, threads: pool.threads,
        keeping: .nothing)
      for start in stride(from: 0, to: indices.count, by: batchSize) {
        let members = indices[start..<min(start + batchSize, indices.count)].map { windows[$0] }
        let batch = Batch(members.map(\.window), sequences: batchSize, time: time)
        forward(batch, activations, scoring: true, pool)
        for (row, member) in members.enumerated() {
          totals[member.passage] += activations.logProb(row: row, of: member.window)
        }
        done += members.count
        progress(done, windows.count)
      }
    }
    return totals
  }

  /// Inputs of a window, rounded up so that few shapes of batch occur.
  private func inputLength(of window: Passage) -> Int {
    min(config.context, (window.tokens.count - 1 + 15) / 16 * 16)
  }
}

/// Rows of a batch: enough that every thread has several blocks of 128.
private let rowsPerBatch = 2048

extension Batch {
  /// Each window in one sequence; rows after its end are padding, which no earlier row attends to.
  fileprivate init(_ windows: [Passage], sequences: Int, time: Int) {
    self.init(sequences: sequences, time: time)
    for (sequence, window) in windows.enumerated() {
      let inputs = window.tokens.count - 1
      for position in 0..<inputs {
        tokens[sequence * time + position] = window.tokens[position]
        if position >= inputs - window.scored {
          targets[sequence * time + position] = window.tokens[position + 1]
        }
      }
    }
  }
}

extension Activations {
  /// The sum over the scored tokens of `window`, which is sequence `row` of the batch.
  fileprivate func logProb(row: Int, of window: Passage) -> Double {
    let end = window.tokens.count - 1
    return -(end - window.scored..<end).reduce(0.0) { $0 + Double(loss(row: row * time + $1)) }
  }
}
