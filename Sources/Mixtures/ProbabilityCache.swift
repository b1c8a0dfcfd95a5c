import Glibc
package import Kernels
package import Storage
import Synchronization

/// The experts' probabilities on all evaluation sets, in memory: what a search evaluates thousands of times.
///
/// A token's probabilities are divided by the largest of them and kept as Float, 4 bytes a token and
/// expert; one below 10⁻³⁸ of the largest counts as 10⁻³⁸. Arithmetic on them is in double, so losses
/// are exact to 2·10⁻⁷ nats and their differences and gradients better.
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
    let chunks = sets.indices.flatMap { set in
      stride(from: 0, to: sets[set].paddedCount, by: CachedSet.chunk).map { (set, $0) }
    }
    let partial = Mutex([CachedSet.Evaluation?](repeating: nil, count: chunks.count))
    pool.run(tasks: chunks.count) { task, _ in
      let (set, start) = chunks[task]
      let sums = sets[set].sums(weights, from: start, order: order)
      partial.withLock { $0[task] = sums }
    }
    var totals = sets.map { CachedSet.Evaluation(experts: $0.experts, order: order) }
    for (chunk, sums) in zip(chunks, partial.withLock { $0 }) {
      if let sums { totals[chunk.0].add(sums) }
    }
    return zip(sets, totals).map { $0.means(of: $1) }
  }
}

/// One evaluation set of a `ProbabilityCache`.
package struct CachedSet: Sendable {
  package enum Order: Int, Comparable, Sendable {
    case value, gradient, hessian
    package static func < (a: Order, b: Order) -> Bool { a.rawValue < b.rawValue }
  }

  /// A loss F(λ) = −mean_t log p_λ and what its derivatives are made of.
  package struct Evaluation: Sendable {
    package var loss = 0.0
    /// g_i = mean_t p_i / p_λ = −∂F/∂λ_i; Σ_i λ_i g_i = 1.
    package var gains: [Double]
    /// (experts, experts): mean_t p_i p_j / p_λ² = ∂²F/∂λ_i∂λ_j, row by row; empty if not asked for.
    package var curvature: [Double]

    init(experts: Int, order: Order) {
      gains = [Double](repeating: 0, count: experts)
      curvature = order < .hessian ? [] : [Double](repeating: 0, count: experts * experts)
    }

    mutating func add(_ other: Evaluation) {
      loss += other.loss
      for i in gains.indices { gains[i] += other.gains[i] }
      for i in curvature.indices { curvature[i] += other.curvature[i] }
    }
  }

  static let chunk = 1 << 14
  private static let lanes = 8

  package let name: String
  package let tokens: Int
  let experts: Int
  /// (experts, paddedCount): p_i(t) / max_j p_j(t); 1 for the tokens that fill up the last vector.
  private let probabilities: [Float]
  /// Σ_t max_j log p_j(t).
  private let peaks: Double

  var paddedCount: Int { (tokens + Self.lanes - 1) / Self.lanes * Self.lanes }

  /// - Parameter logProbs: by expert, then by token; in nats.
  package init(name: String, logProbs: [[Float]]) {
    let (experts, tokens) = (logProbs.count, logProbs[0].count)
    precondition(tokens > 0 && logProbs.allSatisfy { $0.count == tokens })
    let padded = (tokens + Self.lanes - 1) / Self.lanes * Self.lanes
    var probabilities = [Float](repeating: 1, count: experts * padded)
    var peaks = 0.0
    for t in 0..<tokens {
      var peak = logProbs[0][t]
      for i in 1..<max(1, experts) { peak = max(peak, logProbs[i][t]) }
      peaks += Double(peak)
      for i in 0..<experts {
        probabilities[i * padded + t] = max(exp(logProbs[i][t] - peak), .leastNormalMagnitude)
      }
    }
    (self.name, self.tokens, self.experts) = (name, tokens, experts)
    (self.probabilities, self.peaks) = (probabilities, peaks)
  }

  fileprivate init(_ set: ScoredSet) throws(FileError) {
    var logProbs: [[Float]] = []
    for block in 0..<set.blockCount {
      try set.forEachDocument(inBlock: block) { document, _ in
        if logProbs.isEmpty { logProbs = document.map { _ in [] } }
        for i in document.indices { logProbs[i] += document[i] }
      }
    }
    guard let first = logProbs.first, !first.isEmpty else {
      throw .content(path: set.paths[0], problem: "holds no tokens")
    }
    self.init(name: set.name, logProbs: logProbs)
  }

  /// At most `count` tokens, evenly spread: log-probabilities by expert, less each token's largest.
  package func sample(_ count: Int) -> [[Float]] {
    let taken = min(count, tokens)
    return (0..<experts).map { i in
      (0..<taken).map { log(probabilities[i * paddedCount + $0 * tokens / taken]) }
    }
  }

  /// Sums over the chunk that starts at `start`, padding included.
  fileprivate func sums(_ weights: [Double], from start: Int, order: Order) -> Evaluation {
    precondition(weights.count == experts)
    var result = Evaluation(experts: experts, order: order)
    var logs = LogProduct()
    var ratios = [SIMD8<Double>](repeating: .zero, count: experts)
    var gains = ratios
    var curvature = [SIMD8<Double>](
      repeating: .zero, count: order < .hessian ? 0 : experts * experts)
    unsafe probabilities.withUnsafeBytes { bytes in
      for t in stride(from: start, to: min(paddedCount, start + Self.chunk), by: Self.lanes) {
        var mixed = SIMD8<Double>()
        for i in 0..<experts {
          let p = unsafe SIMD8<Double>(
            bytes.loadUnaligned(
              fromByteOffset: 4 * (i * paddedCount + t), as: SIMD8<Float>.self))
          ratios[i] = p
          mixed.addProduct(p, SIMD8(repeating: weights[i]))
        }
        logs.multiply(mixed)
        if order < .gradient { continue }
        let inverse = 1 / mixed
        for i in 0..<experts {
          ratios[i] *= inverse
          gains[i] += ratios[i]
        }
        if order < .hessian { continue }
        for i in 0..<experts {
          for j in 0...i { curvature[i * experts + j].addProduct(ratios[i], ratios[j]) }
        }
      }
    }
    result.loss = logs.sum
    for i in gains.indices { result.gains[i] = gains[i].sum() }
    for i in 0..<(order < .hessian ? 0 : experts) {
      for j in 0...i {
        result.curvature[i * experts + j] = curvature[i * experts + j].sum()
        result.curvature[j * experts + i] = result.curvature[i * experts + j]
      }
    }
    return result
  }

  /// Sums of log-mixtures, gains and curvature turned into the loss and its derivatives.
  fileprivate func means(of sums: Evaluation) -> Evaluation {
    var means = sums
    let padding = Double(paddedCount - tokens)  // each of those tokens added 0, 1 and 1
    means.loss = -(peaks + sums.loss) / Double(tokens)
    for i in means.gains.indices { means.gains[i] = (sums.gains[i] - padding) / Double(tokens) }
    for i in means.curvature.indices {
      means.curvature[i] = (sums.curvature[i] - padding) / Double(tokens)
    }
    return means
  }
}

/// Σ log of many positive numbers, by lane, with one logarithm at the end.
private struct LogProduct {
  private var mantissa = SIMD8<Double>(repeating: 1)
  private var exponent = SIMD8<Int64>()

  /// - Parameter factor: between 10⁻³⁰⁰ and 10³⁰⁰.
  @inline(__always) mutating func multiply(_ factor: SIMD8<Double>) {
    let bits = unsafe unsafeBitCast(mantissa * factor, to: SIMD8<Int64>.self)
    exponent &+= (bits &>> 52) &- 1023
    mantissa = unsafe unsafeBitCast(
      (bits & SIMD8(repeating: 0x000f_ffff_ffff_ffff)) | SIMD8(repeating: 0x3ff0_0000_0000_0000),
      to: SIMD8<Double>.self)
  }

  var sum: Double {
    (0..<8).reduce(0) { $0 + log(mantissa[$1]) + Double(exponent[$1]) * M_LN2 }
  }
}

extension SIMD8<Double> {
  /// Pairwise.
  fileprivate func sum() -> Double {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
