import Kernels
package import Parallel
package import Storage
import Synchronization

/// The experts' probabilities on all evaluation sets, in memory: what a search evaluates thousands of times.
///
/// A token's probabilities are divided by the largest of them and kept as Float, 4 bytes a token and
/// expert; one below 2⁻¹²⁶ of the largest counts as 2⁻¹²⁶.
///
/// Error: differences of log-probabilities and their exponentials are in double, so what is kept is the
/// ratio r_i(1 + ε_i), |ε_i| ≤ 2⁻²⁴ by its rounding to Float, however small p_i is. Then Σ_i λ_i r_i has a
/// relative error of at most 2⁻²⁴, for weights that are not negative, and its logarithm that many nats.
/// Arithmetic on the ratios is in double; adding up T tokens one after the other dominates there. So a
/// set's loss F and gains g_i are exact to
///
///     2⁻²⁴     + (T + 16 experts + 600) · 2⁻⁵³ · (1 + F)     nats per token
///     2⁻²³ g_i + (T + 16 experts + 600) · 2⁻⁵³ · (1 + g_i)
///
/// which is 7·10⁻⁸ nats where T is ten million and F is 6. Ratios that count as 2⁻¹²⁶ lower a token's loss
/// by at most log(1 + 2⁻¹²⁶/Σ_i λ_i r_i) more: by nothing, unless the experts that foresee it have no weight.
package struct ProbabilityCache: Sendable {
  /// One expert each.
  package let domains: [String]
  package let sets: [CachedSet]

  package init(domains: [String], sets: [CachedSet]) { (self.domains, self.sets) = (domains, sets) }

  package init(_ scores: ExpertScores, pool: WorkerPool) throws(FileError) {
    let results = Mutex<[Int: Result<CachedSet, FileError>]>([:])
    pool.run(tasks: scores.sets.count) { task, _ in
      let result = Result { () throws(FileError) in try CachedSet(scores.sets[task]) }
      results.withLock { $0[task] = result }
    }
    var sets: [CachedSet] = []
    for (_, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      sets.append(try result.get())
    }
    self.init(domains: scores.domains, sets: sets)
  }

  /// The losses of one mixture and their derivatives, by set; the same bits on any number of threads.
  package func evaluate(
    _ weights: [Double], order: CachedSet.Order, pool: WorkerPool
  ) -> [CachedSet.Evaluation] {
    let chunks = sets.indices.flatMap { set in sets[set].chunks.map { (set, $0) } }
    let partial = Mutex([CachedSet.Evaluation?](repeating: nil, count: chunks.count))
    pool.run(tasks: chunks.count) { task, _ in
      let (set, tokens) = chunks[task]
      let sums = sets[set].sums(weights, over: tokens, order: order)
      partial.withLock { $0[task] = sums }
    }
    var totals = sets.map { CachedSet.Evaluation(experts: $0.experts, order: order) }
    for (chunk, sums) in zip(chunks, partial.withLock { $0 }) {
      if let sums { totals[chunk.0].add(sums) }
    }
    return zip(sets, totals).map { $0.means(of: $1, weights: weights) }
  }
}
