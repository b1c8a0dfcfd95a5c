import Glibc
import Mixtures
package import Parallel

/// The exponential law in what the repeated weights are worth: L(λ) = c + exp(a + bᵀλ′), where
/// λ′_i = worth(λ_i E_i) / E_i, and E_i are the epochs over domain i in a run of weight 1.
///
/// λ′_i is λ_i up to one epoch, and less by what repeats are worth less than new text
/// (`RepeatedEpochs`). So the law knows that more weight of a small domain does less, at the E of
/// the runs or of another run whose domains are repeated otherwise (`Regressor.repeating`). R* is
/// one for all domains and sets.
package struct RepetitionLaw: LeaveOneOutFamily {
  /// The R* that one is chosen of, the published one first: of equals it is taken.
  static let constants = [RepeatedEpochs.publishedConstant, 0.25, 0.5, 1, 2, 4, 8, 30, 60, 120]

  package let name = "law-repeat"
  package let summary = "exponential law in the weights' worth after repeats"
  package let inputs: Inputs = .weights
  /// R*; nil to choose it by leave-one-out.
  private let constant: Double?

  package init(constant: Double?) { self.constant = constant }

  /// One more than the law in the weights needs, for R*.
  package func fewestRuns(_ data: RegressionData) -> Int { data.domains.count + 3 }

  package func applies(to data: RegressionData) -> Bool { data.repeatsDomains }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    try fitLeavingOneOut(data, pool: pool).regressor
  }

  package func fitLeavingOneOut(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> (regressor: any Regressor, leaveOneOut: [[Double]]) {
    var best = LawFamily.fit(data, map(data, constant ?? Self.constants[0]), pool: pool)
    guard constant == nil else { return best }
    var least = Self.error(best.leaveOneOut, data)
    for constant in Self.constants.dropFirst() {
      let next = LawFamily.fit(data, map(data, constant), pool: pool)
      let error = Self.error(next.leaveOneOut, data)
      if error < least { (best, least) = (next, error) }
    }
    return best
  }

  private func map(_ data: RegressionData, _ constant: Double) -> FeatureMap {
    FeatureMap([.effectiveWeights], of: data, repetitionConstant: constant)
  }

  /// The sum over the sets of log Σ (prediction − loss)²: every set has the same say, whatever the
  /// range of its losses.
  private static func error(_ predictions: [[Double]], _ data: RegressionData) -> Double {
    data.sets.indices.reduce(0) { sum, set in
      let squares = data.rows(measuring: set).reduce(0.0) {
        let difference = predictions[$1][set] - data.losses[$1][set]
        return $0 + difference * difference
      }
      return sum + log(max(squares, 1e-30))
    }
  }
}
