package import Storage

/// Which sequences of a training are written, and to whom: those of `rank` from `fromStep` on.
package struct StreamPlan: Equatable, Sendable {
  /// The number of tokens that a sequence teaches.
  package var context: Int
  /// The number of sequences in a step.
  package var batch: Int
  /// The number of steps of the whole training.
  package var steps: Int
  /// The number of steps that are left out at the start.
  package var fromStep = 0
  /// The number of readers that share every batch; it divides `batch`.
  package var ranks = 1
  /// The most tokens that a training learns.
  private static let mostTokens = 1_000_000_000_000_000

  package init(context: Int, batch: Int, steps: Int, fromStep: Int = 0, ranks: Int = 1) {
    precondition(batch % ranks == 0 && 0...steps ~= fromStep, "an impossible plan")
    (self.context, self.batch, self.steps) = (context, batch, steps)
    (self.fromStep, self.ranks) = (fromStep, ranks)
  }

  /// Whether so many steps learn no more tokens than any training does, and sums of theirs fit.
  package static func isPossible(steps: Int, batch: Int, context: Int) -> Bool {
    let (perStep, overflows) = batch.multipliedReportingOverflow(by: context)
    return !overflows && perStep <= mostTokens / max(1, steps)
  }

  /// The indices of the sequences that are written, all ranks together.
  package var indices: Range<Int> { fromStep * batch..<steps * batch }
  /// The number of tokens that the whole training learns.
  package var tokens: Int { steps * batch * context }
  /// The number of sequences of one rank.
  package var sequencesOfRank: Int { indices.count / ranks }
  /// The reader of sequence `index`: in every step each has equally many.
  package func rank(of index: Int) -> Int { index % ranks }

  /// Writes the sequences of some ranks.
  ///
  /// - Parameters:
  ///   - source: What gives the sequences of all ranks, from the first step of the training on.
  ///   - sinks: Those of `ranks`, in their order.
  ///   - progress: Takes the number of sequences that are done.
  /// - Throws: `FileError` if one cannot be read or written.
  package func write(
    _ source: MixedStream, to sinks: [any SequenceSink], ofRanks ranks: ClosedRange<Int>,
    progress: (Int) -> Void
  ) throws(FileError) {
    try source.skip(sequences: indices.lowerBound)
    for index in indices {
      let sequence = try source.next()
      let rank = rank(of: index)
      if ranks.contains(rank) {
        try sinks[rank - ranks.lowerBound].append(sequence.ids, domain: sequence.domain)
      }
      progress(index + 1 - indices.lowerBound)
    }
  }
}
