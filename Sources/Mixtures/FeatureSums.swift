/// The losses of many mixtures of data experts on one evaluation set, document by document.
///
/// Both β-MDE's numerator Σ_i λ_i exp(β S_i + ℓ_i) and its denominator Σ_i λ_i exp(β S_i), with
/// S_i = Σ_{s<t} ℓ_i(s) inside the document, are mixtures, so `MixtureKernel` does both; for β = 0 the
/// denominator is 1. Memory does not grow with the set.
package struct FeatureSums: Sendable {
  package let betas: [Double]
  /// By β, then by mixture.
  package private(set) var losses: [[LossSum]]
  private let kernels: [MixtureKernel]
  private let mixtureCount: Int
  private var numerator: TokenPiece
  private var denominator: TokenPiece

  /// - Parameter mixtures: each one weight for each expert, on the simplex.
  package init(mixtures: [[Double]], betas: [Double] = [0]) {
    precondition(!mixtures.isEmpty)
    self.betas = betas
    mixtureCount = mixtures.count
    losses = betas.map { _ in mixtures.map { _ in LossSum() } }
    kernels = stride(from: 0, to: mixtures.count, by: MixtureKernel.lanes).map {
      MixtureKernel(mixtures[$0..<min(mixtures.count, $0 + MixtureKernel.lanes)])
    }
    numerator = TokenPiece(experts: mixtures[0].count)
    denominator = TokenPiece(experts: mixtures[0].count)
  }

  /// Adds one document.
  ///
  /// - Parameters:
  ///   - logProbs: by expert, the log-probability of each token, in nats.
  ///   - bytes: the length of its text.
  package mutating func add(_ logProbs: [ArraySlice<Float>], bytes: Int) {
    let tokens = logProbs[0].count
    precondition(logProbs.count == numerator.experts && logProbs.allSatisfy { $0.count == tokens })
    for (b, beta) in betas.enumerated() {
      let logs = documentLogs(logProbs, tokens: tokens, beta: beta)
      for m in 0..<mixtureCount { losses[b][m].add(nats: -logs[m], tokens: tokens, bytes: bytes) }
    }
  }

  /// log p(document), by mixture.
  private mutating func documentLogs(
    _ logProbs: [ArraySlice<Float>], tokens: Int, beta: Double
  ) -> [Double] {
    var sums = [SIMD16<Double>](repeating: .zero, count: kernels.count)
    var history = [Double](repeating: 0, count: logProbs.count)
    for start in stride(from: 0, to: tokens, by: TokenPiece.capacity) {
      let count = min(TokenPiece.capacity, tokens - start)
      func logProb(_ i: Int, _ t: Int) -> Double {
        Double(logProbs[i][logProbs[i].startIndex + start + t])
      }
      if beta == 0 {
        numerator.fill(count: count, logProb)
      } else {
        let before = history
        numerator.fill(count: count) { i, t in
          defer { history[i] += logProb(i, t) }
          return beta * history[i] + logProb(i, t)
        }
        history = before
        denominator.fill(count: count) { i, t in
          defer { history[i] += logProb(i, t) }
          return beta * history[i]
        }
        for k in kernels.indices {
          sums[k] -= kernels[k].logSums(denominator) + SIMD16(repeating: denominator.peaks)
        }
      }
      for k in kernels.indices {
        sums[k] += kernels[k].logSums(numerator) + SIMD16(repeating: numerator.peaks)
      }
    }
    return (0..<mixtureCount).map { sums[$0 / MixtureKernel.lanes][$0 % MixtureKernel.lanes] }
  }
}
