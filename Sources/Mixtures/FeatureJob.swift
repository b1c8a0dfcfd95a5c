package import Formats
package import Kernels
package import Storage
import Synchronization

extension ExpertScores {
  /// Blocks of all sets together, for progress.
  package var blockCount: Int { sets.reduce(0) { $0 + $1.blockCount } }

  /// The losses of `mixtures` on every set, by its name; sets are computed side by side.
  ///
  /// - Parameters:
  ///   - mixtures: each one weight for each of `domains`.
  ///   - progress: called from any thread with the number of blocks done, of `blockCount`.
  package func featureSums(
    mixtures: [[Double]], betas: [Double] = [0], pool: WorkerPool,
    progress: @Sendable (Int) -> Void = { _ in }
  ) throws(FileError) -> [String: FeatureSums] {
    let results = Mutex<[String: Result<FeatureSums, FileError>]>([:])
    let done = Atomic(0)
    pool.run(tasks: sets.count) { task, _ in
      let set = sets[task]
      let result = Result { () throws(FileError) in
        var sums = FeatureSums(mixtures: mixtures, betas: betas)
        for block in 0..<set.blockCount {
          try set.forEachDocument(inBlock: block) { sums.add($0, bytes: $1) }
          progress(done.add(1, ordering: .relaxed).newValue)
        }
        return sums
      }
      results.withLock { $0[set.name] = result }
    }
    var sums: [String: FeatureSums] = [:]
    for (name, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      sums[name] = try result.get()
    }
    return sums
  }
}

extension MeasuredLoss {
  package init(_ sum: LossSum) {
    self.init(nats: sum.mean, bitsPerByte: sum.bitsPerByte, standardError: sum.standardError)
  }
}

extension FeatureTable.EvaluationData {
  package init(_ evaluation: LogProbHeader.Evaluation, _ loss: LossSum) {
    self.init(
      split: evaluation.split, sha256: evaluation.sha256, tokens: loss.tokens, bytes: loss.bytes,
      documents: loss.documents)
  }
}
