package import Formats
import Kernels
import Parallel

/// The losses of many mixtures of data experts on one evaluation set, document by document.
///
/// With S_i = Σ_{s<t} ℓ_i(s) inside the document, β-MDE has a numerator Σ_i λ_i exp(β S_i + ℓ_i)
/// and a denominator Σ_i λ_i exp(β S_i). Both are mixtures, so `MixtureKernel` computes both; for
/// β = 0 the denominator is 1. Memory does not grow with the set.
///
/// The error is that of `MixtureKernel`, and for β ≠ 0 twice that, as numerator and denominator
/// each have it. The exponents are in double: a sum over the n tokens before is exact to n · 2⁻⁵³
/// of it.
package struct FeatureSums: Sendable {
  package let betas: [Double]
  let experts: Int
  private let mixtureCount: Int
  private var documents = DocumentCounts()
  /// The groups of mixtures, which can be computed side by side.
  private(set) var groups: [MixtureGroup]

  /// Creates sums of no documents.
  ///
  /// - Parameter mixtures: The mixtures, at least one, each with a weight for each expert.
  package init(mixtures: [[Double]], betas: [Double] = [0]) {
    precondition(!mixtures.isEmpty)
    (self.betas, experts, mixtureCount) = (betas, mixtures[0].count, mixtures.count)
    groups = mixtures.indices.parts(of: MixtureGroup.size).map {
      MixtureGroup(mixtures[$0], betas: betas.count)
    }
  }

  /// Adds one document.
  ///
  /// - Parameters:
  ///   - logProbs: The log-probabilities of each token in nats, by expert.
  ///   - bytes: The length of its text in bytes.
  package mutating func add(_ logProbs: [ArraySlice<Float>], bytes: Int) {
    var prepared = PreparedDocuments(experts: experts, betas: betas)
    prepared.append(logProbs, bytes: bytes)
    documents.add(prepared.counts)
    MixtureGroup.add(prepared, to: &groups)
  }

  /// Adds the sums of the groups in `range`, and the `counts` of their documents if there are any.
  mutating func add(_ partial: [MixtureGroup], at range: Range<Int>, counts: DocumentCounts?) {
    if let counts { documents.add(counts) }
    for (g, group) in zip(range, partial) { groups[g].add(group) }
  }

  /// The losses, by β, then by mixture.
  package var losses: [[LossSum]] {
    betas.indices.map { b in
      (0..<mixtureCount).map { m in
        let (group, rest) = m.quotientAndRemainder(dividingBy: MixtureGroup.size)
        let nats = groups[group].nats(rest, beta: b)
        return LossSum(
          documents, nats: nats.sum, squaredNats: nats.squares, natsTimesTokens: nats.timesTokens)
      }
    }
  }
}
