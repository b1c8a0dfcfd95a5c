package import Parallel
import Storage

/// Gaussian processes of all evaluation sets; weights go through a learned power.
package struct GaussianProcessFamily: Family {
  package let name: String
  package let summary: String
  package let inputs: Inputs
  /// Whether the sets learn from each other.
  private let isShared: Bool
  /// Whether runs of equal weights are repeats, which may tell that noise depends on the mixture;
  /// or they are of several sizes.
  private let hasRepeats: Bool

  package init(
    _ name: String, summary: String, inputs: Inputs, isShared: Bool = false,
    hasRepeats: Bool = true
  ) {
    (self.name, self.summary, self.inputs) = (name, summary, inputs)
    (self.isShared, self.hasRepeats) = (isShared, hasRepeats)
  }

  /// The number of domains beyond which as many runs are needed as there are length scales of
  /// weights: of few, the evidence leaves those out that nothing tells of; of many it does not.
  private static let few = 20

  package func fewestRuns(_ data: RegressionData) -> Int {
    inputs.contains(.weights) && data.domains.count > Self.few ? data.domains.count + 2 : 5
  }

  package func fit(
    _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> any Regressor {
    let columns = RegressorInputs(inputs, of: data)
    let process = try GaussianProcess(
      features: data.ids.indices.map { columns.values(data.point($0)) }, targets: data.losses,
      settings: .init(
        isWeight: columns.isWeight,
        relations: isShared
          ? GaussianProcess.Relation.between(
            sets: data.sets, domains: data.domains, features: columns.names) : nil,
        noiseRatios: hasRepeats ? data.noiseRatios : nil),
      pool: pool ?? WorkerPool(threads: 1))
    return GaussianProcessRegressor(sets: data.sets, inputs: columns, process: process)
  }
}

struct GaussianProcessRegressor: Regressor {
  let sets: [String]
  let inputs: RegressorInputs
  var process: GaussianProcess

  func predict(_ point: MixturePoint) -> [Double] { process.means(inputs.values(point)) }

  func variance(at point: MixturePoint, of criterion: [Double]) -> PredictiveVariance? {
    process.variance(inputs.values(point), of: criterion)
  }

  func posterior(at points: [MixturePoint], of criterion: [Double]) -> JointPosterior? {
    process.posterior(points.map { inputs.values($0) }, of: criterion)
  }

  /// Returns the expansion, with the curvature by central differences of the gradient.
  func expansion(at point: MixturePoint, of criterion: [Double]) -> SecondOrderExpansion? {
    let x = inputs.values(point)
    let size = point.weights.count + point.mde.count
    var expansion = SecondOrderExpansion(
      gradient: [Double](repeating: 0, count: size),
      curvature: [Double](repeating: 0, count: size * size))
    for (place, slope) in zip(inputs.places, gradient(x, criterion)) {
      expansion.gradient[place] += slope
    }
    for (column, place) in inputs.places.enumerated() {
      // Weights end at 0, where the power bends most.
      let step = 1e-4 * max(abs(x[column]), 1e-2)
      var (up, down) = (x, x)
      up[column] += step
      down[column] -= inputs.isWeight[column] ? min(step, x[column]) : step
      let rise = zip(gradient(up, criterion), gradient(down, criterion)).map { $0 - $1 }
      for (other, bend) in zip(inputs.places, rise) {
        let value = 0.5 * bend / (up[column] - down[column])
        expansion.curvature[place * size + other] += value
        expansion.curvature[other * size + place] += value
      }
    }
    return expansion
  }

  func gradients(at point: MixturePoint) -> [[Double]]? {
    let size = point.weights.count + point.mde.count
    return process.meanGradient(inputs.values(point)).map { row in
      var gradient = [Double](repeating: 0, count: size)
      for (place, slope) in zip(inputs.places, row) { gradient[place] += slope }
      return gradient
    }
  }

  private func gradient(_ x: [Double], _ criterion: [Double]) -> [Double] {
    let rows = process.meanGradient(x)
    return x.indices.map { column in
      zip(criterion, rows).reduce(0) { $0 + $1.0 * $1.1[column] }
    }
  }
}
