import Formats
import Glibc
import LinearAlgebra

/// A measure of what the MDE features hold that the weights do not.
package struct MDEInformation: Codable, Equatable, Sendable {
  package var features: Int
  /// The exponential of the entropy of the standardised features' principal variances.
  package var effectiveRank: Double
  /// The leave-one-out R² of each set's MDE loss, predicted by ridge on weights and their
  /// logarithms.
  package var r2FromWeights: [String: Double]
  package init(features: Int, effectiveRank: Double, r2FromWeights: [String: Double]) {
    (self.features, self.effectiveRank) = (features, effectiveRank)
    self.r2FromWeights = r2FromWeights
  }
}

extension MDEInformation {
  /// The fewest runs of which ridge can be fitted to all but one.
  private static let fewestRuns = 4

  /// Measures what the MDE features of `data` hold that the weights do not; nil where there are
  /// none, or too few runs to tell.
  ///
  /// The effective rank is exp(−Σ p log p), where p are the shares of the principal variances of
  /// the standardised features (Roy, Vetterli 2007, doi:10.5281/zenodo.40436).
  ///
  /// - Throws: `noFit` if singular values do not converge.
  package init?(_ data: RegressionData, logFloor: Double) throws(FitError) {
    guard !data.mdeSets.isEmpty, data.count >= Self.fewestRuns else { return nil }
    let columns = data.mdeSets.indices.map { set in data.mde.map { $0[set] } }
    let standardised = columns.map { column in
      let mean = column.reduce(0, +) / Double(column.count)
      let centred = column.map { $0 - mean }
      let norm = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 1e-12 * abs(mean) ? centred.map { $0 / norm } : centred.map { _ in 0 }
    }
    guard
      let factors = try? SingularValues(
        data.ids.indices.map { run in standardised.map { $0[run] } })
    else { throw .noFit(what: "singular values", code: 1) }
    let total = factors.values.reduce(0) { $0 + $1 * $1 }
    let entropy = factors.values.reduce(0) { sum, value in
      let share = value * value / max(total, .leastNormalMagnitude)
      return share > 0 ? sum - share * log(share) : sum
    }
    let map = FeatureMap([.weights, .logWeights], of: data, logFloor: logFloor)
    let ridge = try Ridge(
      features: data.ids.indices.map { map.values(data.point($0)) }, targets: data.mde)
    let residuals = ridge.leaveOneOutResiduals(penalty: ridge.bestPenalty())
    var explained: [String: Double] = [:]
    for (index, set) in data.mdeSets.enumerated() {
      let predicted = zip(columns[index], residuals[index]).map { $0 - $1 }
      explained[set] = r2(predicted, columns[index])
    }
    self.init(features: data.mdeSets.count, effectiveRank: exp(entropy), r2FromWeights: explained)
  }
}
