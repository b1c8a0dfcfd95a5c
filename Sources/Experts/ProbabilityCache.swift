import Kernels
package import Parallel
package import Storage
import Synchronization

/// The experts' probabilities on all evaluation sets in memory, for a search's many evaluations.
///
/// A token's probabilities are divided by the largest of them and kept as Float, 4 bytes for each
/// token and expert. One below 2⁻¹²⁶ of the largest counts as 2⁻¹²⁶.
///
/// Differences of log-probabilities and their exponentials are in double. So what is kept is a
/// ratio r_i(1 + ε_i), with |ε_i| ≤ 2⁻²⁴ by its rounding to Float, however small p_i is. Then
/// Σ_i λ_i r_i, for weights that are not negative, has a relative error of at most 2⁻²⁴, and its
/// logarithm an error of as many nats. Arithmetic on the ratios is in double, where adding up T
/// tokens one after the other dominates. So a set's loss F and gains g_i are exact to
///
///     2⁻²⁴     + (T + 16 experts + 600) · 2⁻⁵³ · (1 + F)     nats per token
///     2⁻²³ g_i + (T + 16 experts + 600) · 2⁻⁵³ · (1 + g_i)
///
/// which is 7·10⁻⁸ nats where T is ten million and F is 6. Ratios that count as 2⁻¹²⁶ lower a
/// token's loss further, by at most log(1 + 2⁻¹²⁶/Σ_i λ_i r_i). That is nothing unless the experts
/// that foresee the token have no weight.
package struct ProbabilityCache: Sendable {
  /// The domains or groups of them, each with one expert.
  package let domains: [String]
  package let sets: [CachedSet]

  package init(domains: [String], sets: [CachedSet]) { (self.domains, self.sets) = (domains, sets) }

  /// Reads all sets of `scores`.
  ///
  /// - Throws: `FileError` if a file cannot be read, or a set has no tokens.
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
    self.init(domains: scores.experts, sets: sets)
  }

  /// Returns the losses of one mixture and their derivatives, by set.
  ///
  /// They are the same bits on any number of threads.
  package func evaluate(
    _ weights: [Double], order: CachedSet.Order, pool: WorkerPool
  ) -> [CachedSet.Evaluation] {
    var all: [CachedSet.Evaluation] = []
    forEachEvaluation(weights, order: order, pool: pool) { all.append($0) }
    return all
  }

  /// Returns the losses of many mixtures, (mixtures, sets), the same bits as of each alone.
  ///
  /// A tile of tokens is mixed by all of them while a cache has it.
  package func losses(ofAll mixtures: [[Double]], pool: WorkerPool) -> [[Double]] {
    let chunks = sets.indices.flatMap { set in sets[set].chunks.map { (set, $0) } }
    let partial = Mutex([[Double]](repeating: [], count: chunks.count))
    pool.run(tasks: chunks.count) { task, _ in
      let (set, tokens) = chunks[task]
      let sums = sets[set].logSums(ofAll: mixtures, over: tokens)
      partial.withLock { $0[task] = sums }
    }
    var totals = mixtures.map { _ in sets.map { _ in 0.0 } }
    for ((set, _), sums) in zip(chunks, partial.withLock { $0 }) {
      for m in mixtures.indices { totals[m][set] += sums[m] }
    }
    return zip(mixtures, totals).map { weights, sums in
      zip(sets, sums).map { set, sum in
        var evaluation = CachedSet.Evaluation(experts: domains.count, order: .value)
        evaluation.loss = sum
        return set.means(of: evaluation, weights: weights).loss
      }
    }
  }

  /// Calls `body` with the losses of one mixture and their derivatives, set after set.
  ///
  /// Sets without tokens do not exist, so that every set has a last chunk. Memory is that of
  /// `window` chunks' sums, so that the curvatures of a thousand sets need not be kept.
  package func forEachEvaluation(
    _ weights: [Double], order: CachedSet.Order, pool: WorkerPool,
    _ body: (CachedSet.Evaluation) -> Void
  ) {
    let chunks = sets.indices.flatMap { set in sets[set].chunks.map { (set, $0) } }
    var (set, total) = (0, CachedSet.Evaluation(experts: domains.count, order: order))
    for window in chunks.indices.parts(of: window(order)) {
      let partial = Mutex([CachedSet.Evaluation?](repeating: nil, count: window.count))
      pool.run(tasks: window.count) { task, _ in
        let (set, tokens) = chunks[window.lowerBound + task]
        let sums = sets[set].sums(weights, over: tokens, order: order)
        partial.withLock { $0[task] = sums }
      }
      for (chunk, sums) in zip(chunks[window], partial.withLock { $0 }) {
        if chunk.0 != set {
          body(sets[set].means(of: total, weights: weights))
          (set, total) = (chunk.0, CachedSet.Evaluation(experts: domains.count, order: order))
        }
        if let sums { total.add(sums) }
      }
    }
    if !sets.isEmpty { body(sets[set].means(of: total, weights: weights)) }
  }

  /// Returns the curvature of Σ_j v_j F_j, (experts, experts), row by row; more than 16 experts.
  ///
  /// The products of all sets are added up where they are made: the curvatures of a thousand sets
  /// of a thousand experts, 8 MiB each, take longer to store and to add than to compute. The same
  /// bits on any number of threads.
  ///
  /// - Parameter setWeights: The weights v, by set; a set of weight 0 costs nothing.
  package func curvature(
    _ weights: [Double], of setWeights: [Double], pool: WorkerPool
  ) -> [Double] {
    let total = weights.reduce(0, +)
    var all = RatioProducts(experts: domains.count)
    var padding = 0.0
    for sign in [1.0, -1] {
      let used = sets.indices.filter { sign * setWeights[$0] > 0 }
      let chunks = used.flatMap { set in sets[set].chunks.map { (set, $0) } }
      // A fixed number of sums, each of consecutive chunks, for the same order on any threads.
      let shares = Array(chunks.indices.parts(of: max(1, (chunks.count + 31) / 32)))
      let partial = Mutex([RatioProducts?](repeating: nil, count: shares.count))
      pool.run(tasks: shares.count) { task, _ in
        var products = RatioProducts(experts: domains.count)
        for (set, tokens) in chunks[shares[task]] {
          sets[set].addProducts(
            to: &products, weights, over: tokens,
            scale: abs(setWeights[set]) / Double(sets[set].tokens))
        }
        partial.withLock { $0[task] = products }
      }
      for case let products? in partial.withLock({ $0 }) { all.add(products, times: sign) }
      for set in used {
        let more = Double(sets[set].paddedCount - sets[set].tokens)
        padding += setWeights[set] * more / Double(sets[set].tokens)
      }
    }
    return all.symmetric.map { $0 - padding / (total * total) }
  }

  /// The number of chunks whose sums are kept until they are added in order: 256 MiB of them, but
  /// enough for many threads.
  private func window(_ order: CachedSet.Order) -> Int {
    let values = order < .hessian ? domains.count : domains.count * domains.count
    return max(64, (1 << 25) / max(1, values))
  }
}
