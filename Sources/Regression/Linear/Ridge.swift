import Glibc
import LinearAlgebra

/// Ridge regression of several targets on the same features, for any penalty at once.
///
///     minimise over b, c:  Σ_n |y_n − c − z_n b|² + α |b|²,   z = (x − mean) / scale
///
/// All features share one scale, the root of their mean variance: weights have one unit, and so
/// have losses. A domain that hardly varies among few runs says little about its effect, and
/// dividing each feature by its own deviation would make much of it: with 25 of RegMix's runs, ρ of
/// Pile-CC is .69 with own scales and .80 with a shared one; with logarithms as features too, .87
/// and .94. The intercept c is not penalised; a constant feature has coefficient 0.
///
/// With the singular values Z = U S Vᵀ every α costs only products, and leave-one-out residuals are
/// exact without refitting, for these means and this scale: r_n + h_n Σ r / (1 − m h_n) over the m
/// runs with n's features, where h_n = 1/N + Σ_k U_nk² s_k² / (s_k² + α).
/// Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, 3.4.1 and
/// 7.10.
package struct Ridge: Sendable {
  private let means: [Double]
  /// The inverse scale of each feature; 0 for a constant one.
  private let scales: [Double]
  private let targetMeans: [Double]
  /// The centred targets, (targets, runs).
  private let targets: [[Double]]
  private let factors: SingularValues
  private let replicates: Replicates
  /// The projections Uᵀ y, (targets, singular values).
  private let projections: [[Double]]

  /// Decomposes the features.
  ///
  /// - Parameters:
  ///   - features: the features, (runs, features).
  ///   - targets: the targets, (runs, targets).
  /// - Throws: `tooFewRuns` for fewer than two runs; `noFit` if singular values do not converge.
  package init(features: [[Double]], targets: [[Double]]) throws(FitError) {
    precondition(features.count == targets.count)
    guard features.count >= 2 else { throw .tooFewRuns(features.count, needed: 2) }
    let (runs, columns) = (features.count, features[0].count)
    let means = (0..<columns).map { c in features.reduce(0) { $0 + $1[c] } / Double(runs) }
    let variances = (0..<columns).map { c in
      features.reduce(0) { $0 + ($1[c] - means[c]) * ($1[c] - means[c]) } / Double(runs)
    }
    let scale = (variances.reduce(0, +) / Double(max(1, columns))).squareRoot()
    let scales = (0..<columns).map { c in
      variances[c].squareRoot() > 1e-12 * max(1, abs(means[c])) ? 1 / scale : 0
    }
    let scaled = features.map { row in
      (0..<columns).map { (row[$0] - means[$0]) * scales[$0] }
    }
    let targetMeans = targets[0].indices.map { j in targets.reduce(0) { $0 + $1[j] } / Double(runs)
    }
    let centred = targets[0].indices.map { j in targets.map { $0[j] - targetMeans[j] } }
    guard let factors = try? SingularValues(scaled) else {
      throw .noFit(what: "singular values", code: 1)
    }
    (self.means, self.scales, self.targetMeans) = (means, scales, targetMeans)
    (self.targets, self.factors, replicates) = (centred, factors, Replicates(features))
    projections = centred.map { y in
      factors.values.indices.map { k in
        y.indices.reduce(0) { $0 + factors.left[$1][k] * y[$1] }
      }
    }
  }

  /// Returns the intercepts by target and the coefficients (targets, features) of unscaled
  /// features.
  package func fit(penalty: Double) -> (intercepts: [Double], coefficients: [[Double]]) {
    let coefficients = projections.map { projection in
      scales.indices.map { c in
        scales[c]
          * factors.values.indices.reduce(0) { sum, k in
            let s = factors.values[k]
            return s > factors.negligible
              ? sum + factors.right[k][c] * s / (s * s + penalty) * projection[k] : sum
          }
      }
    }
    let intercepts = coefficients.indices.map { j in
      zip(coefficients[j], means).reduce(targetMeans[j]) { $0 - $1.0 * $1.1 }
    }
    return (intercepts, coefficients)
  }

  /// Returns the leave-one-out residuals y_n − ŷ_n, (targets, runs); runs of equal features are
  /// left out together.
  package func leaveOneOutResiduals(penalty: Double) -> [[Double]] {
    let shrinkage = factors.values.map { s in
      s > factors.negligible ? s * s / (s * s + penalty) : 0
    }
    let runs = factors.left.count
    let leverages = factors.left.map { row in
      zip(row, shrinkage).reduce(1 / Double(runs)) { $0 + $1.0 * $1.0 * $1.1 }
    }
    return targets.indices.map { j in
      let residuals = (0..<runs).map { n in
        shrinkage.indices.reduce(targets[j][n]) {
          $0 - factors.left[n][$1] * shrinkage[$1] * projections[j][$1]
        }
      }
      let moves = replicates.leftOut(residuals, leverages: leverages, least: 1e-12)
      return (0..<runs).map { residuals[$0] + leverages[$0] * moves[$0] }
    }
  }

  /// The penalties that are tried, divided by the number of runs: 10⁻⁴ … 10⁴, four to a decade.
  package static let strengths: [Double] = (-16...16).map { pow(10, Double($0) / 4) }

  package var runs: Int { factors.left.count }

  /// Returns the sum over the targets of the squared leave-one-out residuals, each in parts of its
  /// target's sum of squares, so that no target counts more because it varies more.
  func leaveOneOutSquares(penalty: Double) -> Double {
    zip(leaveOneOutResiduals(penalty: penalty), targets).reduce(0) { sum, target in
      let whole = target.1.reduce(0) { $0 + $1 * $1 }
      let left = target.0.reduce(0) { $0 + $1 * $1 }
      return whole > 0 ? sum + left / whole : sum
    }
  }

  /// Returns the strength, a penalty divided by the number of runs, with the least leave-one-out
  /// squares summed over `ridges`.
  package static func bestStrength(_ ridges: [Ridge]) -> Double {
    let squares = strengths.map { strength in
      ridges.reduce(0) { $0 + $1.leaveOneOutSquares(penalty: strength * Double($1.runs)) }
    }
    return zip(strengths, squares).min { $0.1 < $1.1 }?.0 ?? 1
  }

  /// Returns the best penalty of this ridge alone.
  package func bestPenalty() -> Double { Self.bestStrength([self]) * Double(runs) }
}
