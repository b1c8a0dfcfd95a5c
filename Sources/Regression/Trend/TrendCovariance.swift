import LinearAlgebra

extension TrendProcess {
  /// Returns the means and covariance of Σ_j c_j L_j at the points `xs`, for a criterion c.
  ///
  /// The covariance V_j of each set is that of universal kriging for each share η, with the spread
  /// of the means between the shares. With D = Σ_j c_j² V_j and g(x) = Σ_j c_j √V_j(x, x) /
  /// √D(x, x), the covariance of the criterion is D(x, x′) (1 − ρ + ρ g(x) g(x′)): on the diagonal
  /// that of errors of which any two have the correlation ρ, and never indefinite.
  package func posterior(_ xs: [[Double]], of criterion: [Double]) -> JointPosterior {
    let places = DenseMatrix(xs.map { kernel.place($0) }, columns: kernel.isWeight.count)
    let prior = kernel.matrix(places)
    var moments = TrendMoments(points: xs.count)
    for group in runs where group.sets.contains(where: { criterion[$0] != 0 }) {
      let values = DenseMatrix(
        (0..<xs.count).map { kernel.vector(group.z, places.row($0)) }, columns: group.z.rows)
      let sets = group.sets.indices.filter { criterion[group.sets[$0]] != 0 }
      var states = sets.map { t in
        let set = group.sets[t]
        return TrendMoments.Set(
          criterion: criterion[set], place: t, components: state.components[set],
          features: xs.map { x in state.trends[set].map { x[$0] } ?? 0 })
      }
      for (s, share) in group.shares.enumerated() {
        moments.add(share, s, of: &states, values: values, prior: prior)
      }
      for state in states { moments.add(state) }
    }
    let means = xs.map { dot(criterion, self.means($0)) }
    return JointPosterior(
      means: means, covariance: moments.covariance(), noise: moments.noise)
  }
}

/// The covariance of a criterion as its sets are added one after another.
private struct TrendMoments {
  /// The lower triangle of D, (points, points).
  private var sum: DenseMatrix
  /// The columns whose products D has besides, (columns, points).
  private var columns: [[Double]] = []
  /// The sum Σ_j c_j √V_j(x, x), by point.
  private var deviations: [Double]
  /// The sums of c² and of c times the variance and deviation of the noise.
  private var (noiseVariance, noiseDeviation) = (0.0, 0.0)

  /// One set of the criterion, and its variance at the points.
  struct Set {
    let criterion: Double
    /// The place of the set in its group of runs.
    let place: Int
    let components: [TrendComponent]
    /// The MDE loss F of the set, by point.
    let features: [Double]
    var variances: [Double] = []
    var noise = 0.0
    /// The means of each share, (shares, points).
    var means: [[Double]] = []
  }

  init(points: Int) {
    sum = DenseMatrix(rows: points, columns: points)
    deviations = [Double](repeating: 0, count: points)
  }

  /// Adds what one share brings to the sets of a group of runs.
  ///
  /// - Parameters:
  ///   - values: the kernel of the points and the runs, (points, runs).
  ///   - prior: the kernel of the points, (points, points).
  mutating func add(
    _ share: TrendRuns.Share, _ s: Int, of sets: inout [Set], values: DenseMatrix,
    prior: DenseMatrix
  ) {
    let points = values.rows
    var scaled = values
    for i in scaled.values.indices { scaled.values[i] *= share.value }
    let explained = share.factor.whitened(rows: scaled)
    let rows = (0..<points).map { explained.row($0) }
    // What the mean of the runs does not say: (1 − 1ᵀ R⁻¹ k) / √(1ᵀ R⁻¹ 1).
    let missing = rows.map { (1 - dot($0, share.ones)) / share.total.squareRoot() }
    let diagonal = rows.indices.map {
      share.value * prior[$0, $0] - dot(rows[$0], rows[$0]) + missing[$0] * missing[$0]
    }
    var whole = 0.0
    for j in sets.indices {
      let (component, t) = (sets[j].components[s], sets[j].place)
      let (loss, feature) = (share.losses[t], share.features[t])
      let rest = rows.indices.map {
        sets[j].features[$0] - feature.mean - dot(rows[$0], feature.whitened)
      }
      sets[j].means.append(
        rows.indices.map {
          loss.mean + dot(rows[$0], loss.whitened) + component.slope * rest[$0]
        })
      if s == 0 { sets[j].variances = [Double](repeating: 0, count: points) }
      for i in rows.indices {
        sets[j].variances[i] +=
          component.weight
          * (component.variance * max(0, diagonal[i])
            + component.slopeVariance * rest[i] * rest[i])
      }
      sets[j].noise += component.weight * component.variance * (1 - share.value)
      let square = sets[j].criterion * sets[j].criterion * component.weight
      whole += square * component.variance
      let deviation = (square * component.slopeVariance).squareRoot()
      columns.append(rest.map { deviation * $0 })
    }
    let products = explained.lowerGram
    for i in 0..<points {
      for k in 0...i { sum[i, k] += whole * (share.value * prior[i, k] - products[i, k]) }
    }
    columns.append(missing.map { whole.squareRoot() * $0 })
  }

  /// Adds the spread between the shares of a set of which all shares were added.
  mutating func add(_ set: Set) {
    var variances = set.variances
    let mean = variances.indices.map { i in
      zip(set.components, set.means).reduce(0) { $0 + $1.0.weight * $1.1[i] }
    }
    for (component, means) in zip(set.components, set.means) {
      let root = component.weight.squareRoot()
      let spread = zip(means, mean).map { root * ($0 - $1) }
      for i in spread.indices { variances[i] += spread[i] * spread[i] }
      columns.append(spread.map { set.criterion * $0 })
    }
    for i in variances.indices { deviations[i] += set.criterion * variances[i].squareRoot() }
    noiseVariance += set.criterion * set.criterion * set.noise
    noiseDeviation += set.criterion * set.noise.squareRoot()
  }

  /// The variance of the noise of one more run.
  var noise: Double {
    (1 - TrendPriors.correlation) * noiseVariance
      + TrendPriors.correlation * noiseDeviation * noiseDeviation
  }

  /// Returns the covariance of the criterion, (points, points).
  func covariance() -> DenseMatrix {
    let points = sum.rows
    var result = sum
    let products = DenseMatrix(columns, columns: points).transposed.lowerGram
    for i in 0..<points { for k in 0...i { result[i, k] += products[i, k] } }
    let shared = (0..<points).map { i in
      result[i, i] > 0 ? deviations[i] / result[i, i].squareRoot() : 0
    }
    for i in 0..<points {
      for k in 0...i {
        let factor =
          1 - TrendPriors.correlation + TrendPriors.correlation * shared[i] * shared[k]
        result[i, k] *= factor
        result[k, i] = result[i, k]
      }
      result[i, i] = max(0, result[i, i])
    }
    return result
  }
}
