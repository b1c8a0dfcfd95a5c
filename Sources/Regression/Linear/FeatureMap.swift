import Glibc
import Storage

/// The features that a linear model sees, in blocks, and their names.
package struct FeatureMap: Equatable, Sendable {
  package enum Block: Sendable { case weights, logWeights, exposure, mde }

  package var blocks: [Block]
  package var domains: [String]
  /// The sets of the MDE losses.
  package var mdeSets: [String]
  /// The number added to λ in log(λ + floor), which makes it finite where a domain is absent.
  package var logFloor: Double
  /// The epochs of each domain in a run of weight 1; needed for `exposure`.
  package var epochsAtFullWeight: [Double]?

  package init(
    _ blocks: [Block], domains: [String], mdeSets: [String], logFloor: Double = 0,
    epochsAtFullWeight: [Double]? = nil
  ) {
    precondition(!blocks.contains(.exposure) || epochsAtFullWeight != nil)
    (self.blocks, self.domains, self.mdeSets) = (blocks, domains, mdeSets)
    (self.logFloor, self.epochsAtFullWeight) = (logFloor, epochsAtFullWeight)
  }

  package init(_ blocks: [Block], of data: RegressionData, logFloor: Double = 0) {
    self.init(
      blocks, domains: data.domains, mdeSets: data.mdeSets, logFloor: logFloor,
      epochsAtFullWeight: blocks.contains(.exposure) ? data.epochsAtFullWeight : nil)
  }

  package var names: [String] {
    blocks.flatMap { block in
      switch block {
      case .weights: domains.map { "weight:\($0)" }
      case .logWeights: domains.map { "logWeight:\($0)" }
      case .exposure: domains.map { "exposure:\($0)" }
      case .mde: mdeSets.map { "mde:\($0)" }
      }
    }
  }

  package func values(_ point: MixturePoint) -> [Double] {
    blocks.flatMap { block in
      switch block {
      case .weights: point.weights
      case .logWeights: point.weights.map { log($0 + logFloor) }
      case .exposure: exposures(point.weights).map(\.value)
      case .mde: point.mde
      }
    }
  }

  private func exposures(_ weights: [Double]) -> [Exposure] {
    zip(weights, epochsAtFullWeight ?? []).map { Exposure(weight: $0, epochsAtFullWeight: $1) }
  }

  /// Returns the first and second derivative of each feature with respect to the one variable it is
  /// made of, and that variable's index among the weights and, after them, the MDE losses.
  func derivatives(_ point: MixturePoint) -> [(variable: Int, slope: Double, bend: Double)] {
    let weights = point.weights
    return blocks.flatMap { block -> [(variable: Int, slope: Double, bend: Double)] in
      switch block {
      case .weights: return weights.indices.map { ($0, 1, 0) }
      case .logWeights:
        return weights.indices.map { i in
          let inverse = 1 / (weights[i] + logFloor)
          return (i, inverse, -inverse * inverse)
        }
      case .exposure:
        return exposures(weights).enumerated().map { ($0, $1.slope, $1.bend) }
      case .mde: return point.mde.indices.map { (weights.count + $0, 1, 0) }
      }
    }
  }
}

/// The worth of reading a domain E = λ · epochsAtFullWeight times, in epochs of fresh data.
///
/// It is E up to one epoch, then 1 + R (1 − exp(−(E − 1)/R)): repeats are worth less and less.
/// Source: Muennighoff et al. 2023, arXiv:2305.16264, equation 5, with its fitted R = 15.39.
private struct Exposure {
  private static let decay = 15.387756
  let value: Double
  /// The derivative of `value` by λ.
  let slope: Double
  /// The second derivative of `value` by λ.
  let bend: Double

  init(weight: Double, epochsAtFullWeight scale: Double) {
    let repeats = max(0, weight * scale - 1)
    let worth = exp(-repeats / Self.decay)
    value = min(weight * scale, 1) + Self.decay * (1 - worth)
    slope = scale * worth
    bend = repeats > 0 ? -scale * scale * worth / Self.decay : 0
  }
}
