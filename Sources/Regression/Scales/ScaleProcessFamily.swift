package import Mixtures
package import Parallel

/// A law in weights and scale, and a Gaussian process in the weights of what it leaves of the ends
/// of runs, which all scales share.
///
/// What a law leaves is a part that the mixture has at every size, and the run's own noise; runs of
/// a mixture at several sizes tell them apart, as repeats do. The level that a law leaves of a size
/// is no matter of the mixture, and is taken out.
package struct ScaleProcessFamily: ScaleFamily {
  package let name: String
  package let summary: String
  private let law: ScaleLawFamily
  private let process: GaussianProcessFamily
  /// Whether the process is of the largest size alone, with its level.
  private let isAnchored: Bool

  init(
    _ name: String, summary: String, law: ScaleLawFamily, process: GaussianProcessFamily,
    isAnchored: Bool = false
  ) {
    (self.name, self.summary, self.law) = (name, summary, law)
    (self.process, self.isAnchored) = (process, isAnchored)
  }

  package var followsSize: Bool { law.followsSize }
  package var fewestLargest: Int { isAnchored ? UnscaledFamily.fewestLargest : 1 }

  package func fewestRuns(_ data: RegressionData) -> Int {
    max(law.fewestRuns(data), process.fewestRuns(data))
  }

  package func fit(
    _ data: RegressionData, at targets: [ModelScale], pool: WorkerPool?
  ) throws(FitError) -> [any Regressor] {
    var law = try law.law(data, hasNoise: false, pool: pool)
    if isAnchored { law.smallest = law.nearest.parameters }
    guard let scales = data.scales else { throw .noFit(what: "law of scales", code: 1) }
    let isFinal = scales.isFinal
    var left = data
    var rows: [Int] = []
    for size in isAnchored ? scales.sizes.suffix(1) : scales.sizes {
      let ends = size.filter { isFinal[$0] }
      for row in ends {
        let predicted = law.aimed(at: scales.points[row].scale).predict(
          data.point(row))
        left.losses[row] = zip(data.losses[row], predicted).map { $0 - $1 }
      }
      if !isAnchored { left.centre(ends) }
      rows += ends
    }
    left = left.restricted(to: rows)
    left.scales = nil
    let rest = try process.fit(left, pool: pool)
    return targets.map { SumRegressor([law.aimed(at: $0), rest]) }
  }
}

extension RegressionData {
  /// Takes the mean loss of every set over `rows` from the losses of `rows`.
  fileprivate mutating func centre(_ rows: [Int]) {
    for set in sets.indices {
      let known = rows.filter { !losses[$0][set].isNaN }
      let mean = known.reduce(0) { $0 + losses[$1][set] } / Double(max(1, known.count))
      for row in known { losses[row][set] -= mean }
    }
  }
}

/// A process of the largest size as it is: what a user has who asks nothing about scale.
package struct UnscaledFamily: ScaleFamily {
  package let name = "unscaled"
  package let summary = "Gaussian process of the largest size, as if the target were of it"
  private let process: GaussianProcessFamily

  init(_ process: GaussianProcessFamily) { self.process = process }

  /// The runs that a process takes at least.
  static let fewestLargest = 5
  package var fewestLargest: Int { Self.fewestLargest }

  package func fewestRuns(_ data: RegressionData) -> Int { process.fewestRuns(data) }

  package func fit(
    _ data: RegressionData, at targets: [ModelScale], pool: WorkerPool?
  ) throws(FitError) -> [any Regressor] {
    guard let size = data.scales?.sizes.last else {
      throw .noFit(what: "process of the largest size", code: 1)
    }
    let fit = try process.fit(data.ends(ofSize: size), pool: pool)
    return targets.map { _ in fit }
  }
}
