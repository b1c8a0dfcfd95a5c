import Glibc
import Kernels
import Parallel
import Storage

/// The experts' probabilities of the tokens of one evaluation set, in memory.
package struct CachedSet: Sendable {
  /// The highest derivative of the loss to compute.
  package enum Order: Int, Comparable, Sendable {
    case value, gradient, hessian
    package static func < (a: Order, b: Order) -> Bool { a.rawValue < b.rawValue }
  }

  /// The loss F(λ) = −mean_t log p_λ and its derivatives, or the sums that they are made of.
  package struct Evaluation: Sendable {
    package var loss = 0.0
    /// The gains g_i = mean_t p_i / p_λ = −∂F/∂λ_i, by expert; Σ_i λ_i g_i = 1.
    package var gains: [Double]
    /// The curvature mean_t p_i p_j / p_λ² = ∂²F/∂λ_i∂λ_j, (experts, experts), row by row.
    ///
    /// It is empty if it was not asked for.
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

  /// The number of tokens to pad to: two vectors of doubles, or one of Float.
  private static let lanes = 16

  package let name: String
  package let tokens: Int
  let experts: Int
  /// The ratios p_i(t) / max_j p_j(t), (experts, paddedCount).
  ///
  /// They are 1 for the tokens that fill up the last vector.
  let probabilities: [Float]
  /// The sum Σ_t max_j log p_j(t).
  private let peaks: Double

  var paddedCount: Int { (tokens + Self.lanes - 1) / Self.lanes * Self.lanes }
  /// The ranges of tokens, padding included, of which one task sums one.
  var chunks: RangeParts { (0..<paddedCount).parts(of: 1 << 14) }

  /// Creates the set from log-probabilities.
  ///
  /// - Parameter logProbs: The log-probabilities in nats, by expert, then by token.
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

  /// Reads the whole set.
  ///
  /// - Throws: `FileError` if a file cannot be read, or the set has no tokens.
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

  /// Returns the log-probabilities of `count` evenly spread tokens, or of all if there are fewer.
  ///
  /// They are by expert, with each token's largest subtracted. As Floats they are exact to 2⁻²³
  /// nats, or to 2⁻²³ of themselves if that is more.
  package func sample(_ count: Int) -> [[Float]] {
    let taken = min(count, tokens)
    return (0..<experts).map { i in
      (0..<taken).map { log(probabilities[i * paddedCount + $0 * tokens / taken]) }
    }
  }

  /// Returns the loss and its derivatives from the sums over all tokens.
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
