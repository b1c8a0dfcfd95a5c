import Glibc
import Mixtures
import Storage

/// The features that a linear model sees, in blocks, and their names.
package struct FeatureMap: Equatable, Sendable {
  package enum Block: Sendable { case weights, logWeights, exposure, effectiveWeights, mde }

  package var blocks: [Block]
  package var domains: [String]
  /// The sets of the MDE losses.
  package var mdeSets: [String]
  /// The number added to λ in log(λ + floor), which makes it finite where a domain is absent.
  package var logFloor: Double
  /// The epochs of each domain in a run of weight 1; needed for `exposure` and `effectiveWeights`.
  package var epochsAtFullWeight: [Double]?
  /// R*, by which repeats are worth less and less (`RepeatedEpochs`).
  package var repetitionConstant: Double

  package init(
    _ blocks: [Block], domains: [String], mdeSets: [String], logFloor: Double = 0,
    epochsAtFullWeight: [Double]? = nil,
    repetitionConstant: Double = RepeatedEpochs.publishedConstant
  ) {
    precondition(!Self.countsEpochs(blocks) || epochsAtFullWeight != nil)
    (self.blocks, self.domains, self.mdeSets) = (blocks, domains, mdeSets)
    (self.logFloor, self.epochsAtFullWeight) = (logFloor, epochsAtFullWeight)
    self.repetitionConstant = repetitionConstant
  }

  package init(
    _ blocks: [Block], of data: RegressionData, logFloor: Double = 0,
    repetitionConstant: Double = RepeatedEpochs.publishedConstant
  ) {
    self.init(
      blocks, domains: data.domains, mdeSets: data.mdeSets, logFloor: logFloor,
      epochsAtFullWeight: Self.countsEpochs(blocks) ? data.epochsAtFullWeight : nil,
      repetitionConstant: repetitionConstant)
  }

  private static func countsEpochs(_ blocks: [Block]) -> Bool {
    blocks.contains(.exposure) || blocks.contains(.effectiveWeights)
  }

  package var names: [String] {
    blocks.flatMap { block in
      switch block {
      case .weights: domains.map { "weight:\($0)" }
      case .logWeights: domains.map { "logWeight:\($0)" }
      case .exposure: domains.map { "exposure:\($0)" }
      case .effectiveWeights: domains.map { "effectiveWeight:\($0)" }
      case .mde: mdeSets.map { "mde:\($0)" }
      }
    }
  }

  package func values(_ point: MixturePoint) -> [Double] {
    blocks.flatMap { block in
      switch block {
      case .weights: point.weights
      case .logWeights: point.weights.map { log($0 + logFloor) }
      case .exposure: repeated(point.weights).map(\.epochs.worth)
      case .effectiveWeights: repeated(point.weights).map { $0.epochs.worth / $0.scale }
      case .mde: point.mde
      }
    }
  }

  /// Returns what the epochs of each domain are worth, with the epochs at weight 1.
  private func repeated(_ weights: [Double]) -> [(epochs: RepeatedEpochs, scale: Double)] {
    zip(weights, epochsAtFullWeight ?? []).map {
      (RepeatedEpochs($0 * $1, constant: repetitionConstant), $1)
    }
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
        return repeated(weights).enumerated().map { i, domain in
          let scale = domain.scale
          return (i, scale * domain.epochs.slope, scale * scale * domain.epochs.bend)
        }
      case .effectiveWeights:
        return repeated(weights).enumerated().map { i, domain in
          (i, domain.epochs.slope, domain.scale * domain.epochs.bend)
        }
      case .mde: return point.mde.indices.map { (weights.count + $0, 1, 0) }
      }
    }
  }
}
