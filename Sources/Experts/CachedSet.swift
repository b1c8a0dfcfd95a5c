import Glibc
import Kernels
import Parallel
import Storage

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

  /// Two vectors of the double-precision part, one of the other.
  private static let lanes = 16

  package let name: String
  package let tokens: Int
  let experts: Int
  /// (experts, paddedCount): p_i(t) / max_j p_j(t); 1 for the tokens that fill up the last vector.
  let probabilities: [Float]
  /// Σ_t max_j log p_j(t).
  private let peaks: Double

  var paddedCount: Int { (tokens + Self.lanes - 1) / Self.lanes * Self.lanes }
  /// Tokens that are summed by one task.
  var chunks: RangeParts { (0..<paddedCount).parts(of: 1 << 14) }

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
      // In Float, the rounding of a difference d would be an error of |d| · 2⁻²⁴.
      for i in 0..<experts {
        let ratio = Float(exp(Double(logProbs[i][t]) - Double(peak)))
        probabilities[i * padded + t] = max(ratio, .leastNormalMagnitude)
      }
    }
    (self.name, self.tokens, self.experts) = (name, tokens, experts)
    (self.probabilities, self.peaks) = (probabilities, peaks)
  }

  init(_ set: ScoredSet) throws(FileError) {
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

  /// At most `count` tokens, evenly spread: log-probabilities by expert, less each token's largest; in
  /// Float, so to 2⁻²³ of them or nats.
  package func sample(_ count: Int) -> [[Float]] {
    let taken = min(count, tokens)
    return (0..<experts).map { i in
      (0..<taken).map { log(probabilities[i * paddedCount + $0 * tokens / taken]) }
    }
  }

  /// Sums of log-mixtures, gains and curvature turned into the loss and its derivatives.
  ///
  /// Each token of the padding added log Σλ, 1/Σλ and 1/(Σλ)².
  func means(of sums: Evaluation, weights: [Double]) -> Evaluation {
    var means = sums
    let (padding, total) = (Double(paddedCount - tokens), weights.reduce(0, +))
    means.loss = -(peaks + sums.loss - padding * log(total)) / Double(tokens)
    for i in means.gains.indices {
      means.gains[i] = (sums.gains[i] - padding / total) / Double(tokens)
    }
    for i in means.curvature.indices {
      means.curvature[i] = (sums.curvature[i] - padding / (total * total)) / Double(tokens)
    }
    return means
  }
}
