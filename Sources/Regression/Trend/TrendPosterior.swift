import Glibc
import LinearAlgebra

/// What the runs say of one set's slope b and scale s, for one share η.
package struct TrendComponent: Codable, Equatable, Sendable {
  /// The posterior probability of the share.
  let weight: Double
  /// The mean and variance of b.
  let (slope, slopeVariance): (Double, Double)
  /// The mean of s², in nats².
  let variance: Double
}

/// The posterior of all sets' slopes, scales and shares.
///
/// For set j with y ~ N(a + b F, s² R), a flat, b ~ N(β, δ²), everything is known given the common
/// slope β, the typical scale, η and s; these four are summed over grids. The sets share the first
/// two. Their evidences are raised to 1 / (1 + (S − 1) ρ), as S sets of errors with the correlation
/// ρ say no more of what they share than so many independent ones.
struct TrendPosterior {
  /// The components, (sets, shares).
  let components: [[TrendComponent]]

  /// - Parameter evidences: the sums that the evidence depends on, (sets, shares).
  init(_ evidences: [[TrendEvidence]]) {
    let (scales, slopes) = (TrendPriors.scales, TrendPriors.slopes)
    let priors = TrendPriors.typicalScales.map { typical in
      normalised(
        scales.map { scale in
          let z = log(scale / typical) / TrendPriors.scaleDeviation
          return exp(-0.5 * z * z)
        })
    }
    let sets = evidences.map { SetPosterior($0) }
    let tempering = 1 / (1 + Double(sets.count - 1) * TrendPriors.correlation)
    // By typical scale and common slope: the logarithm of the posterior of what the sets share.
    let shared = priors.enumerated().map { t, prior in
      slopes.indices.map { b in
        let z =
          TrendPriors.scale.penalty(log(TrendPriors.typicalScales[t])).value
          + TrendPriors.slope.penalty(slopes[b]).value
        return sets.reduce(-z) { $0 + tempering * log($1.likelihood(prior, slope: b)) }
      }
    }
    let peak = shared.joined().max() ?? 0
    let weights = shared.map { $0.map { exp($0 - peak) } }
    let total = weights.joined().reduce(0, +)
    components = sets.map { set in
      // By scale and common slope: their probability over the likelihood of the set alone.
      var factors = scales.map { _ in slopes.map { _ in 0.0 } }
      for (t, prior) in priors.enumerated() {
        for b in slopes.indices {
          let ratio = weights[t][b] / total / set.likelihood(prior, slope: b)
          for s in scales.indices { factors[s][b] += ratio * prior[s] }
        }
      }
      return set.components(factors)
    }
  }
}

/// The evidence of one set over the grids of scales and common slopes.
private struct SetPosterior {
  private let evidences: [TrendEvidence]
  /// The likelihoods, up to a factor, (shares, scales, slopes).
  private let likelihoods: [[[Double]]]
  /// Their means over the shares, (scales, slopes).
  private let means: [[Double]]

  init(_ evidences: [TrendEvidence]) {
    self.evidences = evidences
    let (scales, slopes) = (TrendPriors.scales, TrendPriors.slopes)
    let values = evidences.map { evidence in
      scales.map { s in slopes.map { evidence.at(scale: s, slope: $0).value } }
    }
    let peak = values.joined().joined().max() ?? 0
    let likelihoods = values.map { $0.map { $0.map { exp($0 - peak) } } }
    self.likelihoods = likelihoods
    means = scales.indices.map { s in
      slopes.indices.map { b in
        likelihoods.reduce(0) { $0 + $1[s][b] } / Double(likelihoods.count)
      }
    }
  }

  /// Returns the likelihood of the common slope of place `slope`, with a prior of the scales.
  func likelihood(_ prior: [Double], slope: Int) -> Double {
    max(.leastNormalMagnitude, prior.indices.reduce(0) { $0 + prior[$1] * means[$1][slope] })
  }

  /// Returns the components, from the factors of the likelihoods (scales, slopes).
  func components(_ factors: [[Double]]) -> [TrendComponent] {
    let parts = evidences.indices.map { e in
      var (weight, slope, square, variance) = (0.0, 0.0, 0.0, 0.0)
      for (s, scale) in TrendPriors.scales.enumerated() {
        for (b, common) in TrendPriors.slopes.enumerated() {
          let share = factors[s][b] * likelihoods[e][s][b]
          let at = evidences[e].at(scale: scale, slope: common)
          weight += share
          slope += share * at.slope
          square += share * (at.slope * at.slope + at.slopeVariance)
          variance += share * scale * scale
        }
      }
      return (weight: weight, slope: slope, square: square, variance: variance)
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    return parts.map { part in
      let weight = max(part.weight, .leastNormalMagnitude)
      let slope = part.slope / weight
      return TrendComponent(
        weight: part.weight / total, slope: slope,
        slopeVariance: max(0, part.square / weight - slope * slope),
        variance: part.variance / weight)
    }
  }
}

/// The evidence log p(y) of one set's losses for one share, from sums over the runs.
struct TrendEvidence {
  let runs: Int
  /// The sums of squares and products after the mean: yᵀ R⁻¹ y, Fᵀ R⁻¹ y, Fᵀ R⁻¹ F.
  let (yy, fy, ff): (Double, Double, Double)
  /// The sum log |R| + log 1ᵀ R⁻¹ 1.
  let logDeterminant: Double

  init(_ runs: TrendRuns, set: Int, share: TrendRuns.Share) {
    let (y, f) = (share.losses[set].whitened, share.features[set].whitened)
    self.runs = y.count
    (yy, fy, ff) = (dot(y, y), dot(f, y), dot(f, f))
    logDeterminant = share.factor.logDeterminant + log(share.total)
  }

  /// Returns the evidence up to a constant, and the posterior of b, with the scale s and β known.
  func at(scale: Double, slope: Double) -> (value: Double, slope: Double, slopeVariance: Double) {
    let prior = 1 / (TrendPriors.slopeDeviation * TrendPriors.slopeDeviation)
    let precision = 1 / (scale * scale)
    let whole = ff * precision + prior
    let mean = (fy * precision + slope * prior) / whole
    let squares = yy * precision + slope * slope * prior - whole * mean * mean
    let value =
      -0.5
      * (squares + Double(runs - 1) * log(scale * scale) + logDeterminant + log(whole / prior))
    return (value, mean, 1 / whole)
  }
}

/// Returns `weights` over their sum.
private func normalised(_ weights: [Double]) -> [Double] {
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
