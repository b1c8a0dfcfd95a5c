import LinearAlgebra

/// A Gaussian process round an affine trend in the MDE loss, for each evaluation set j:
///
///     L_j = a_j + b_j F_j + f_j(λ, F) + ε_j,   f_j ~ s_j² η_j k,   ε_j ~ N(0, s_j² (1 − η_j))
///
/// a is flat, b and s have the priors of `TrendPriors`, k is `TrendKernel`. Given η, a and b, f and
/// ε are integrated exactly; `TrendPosterior` sums over the rest, with no search for a maximum, so
/// that few runs are as good a start as many. f_j and ε_j of two sets have the correlation ρ, which
/// predictions of single sets do not depend on, and sums of several do.
///
/// What is left of a trend with an unknown slope is universal kriging.
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 2.7.
package struct TrendProcess: Sendable {
  package let state: State
  let kernel: TrendKernel
  let runs: [TrendRuns]
  /// The means α_j + β_j F_j(x) + Σ_i γ_ij k(x, z_i): α and β by set.
  let (intercepts, slopes): ([Double], [Double])
  /// The coefficients γ, by group of `runs`, (sets, runs).
  private let coefficients: [[[Double]]]

  /// The state that predictions depend on.
  package struct State: Codable, Equatable, Sendable {
    /// Whether a variable is the weight of a domain, or else an MDE loss.
    let isWeight: [Bool]
    /// The variable that is the MDE loss of each set; nil where there is none.
    let trends: [Int?]
    /// The variables of the runs, (runs, variables).
    let features: [[Double]]
    /// The losses of the runs, (runs, sets), in nats; nil where a run has none.
    let losses: [[Double?]]
    /// What was fitted, (sets, shares).
    let components: [[TrendComponent]]

    /// Whether every set and run has as many values as it must, as a file may not have.
    var isWhole: Bool {
      trends.count == components.count && features.count == losses.count
        && trends.allSatisfy { $0.map(isWeight.indices.contains) ?? true }
        && features.allSatisfy { $0.count == isWeight.count }
        && losses.allSatisfy { $0.count == trends.count }
    }
  }

  /// Fits the losses of runs.
  ///
  /// - Parameters:
  ///   - features: the variables of the runs, (runs, variables), finite.
  ///   - isWeight: whether a variable is a weight, or else an MDE loss.
  ///   - trends: the variable that is the MDE loss of each set, or nil.
  ///   - losses: the losses, (runs, sets), in nats; NaN where a run has none.
  /// - Throws: `tooFewRuns` if a set was measured in no run.
  package init(
    features: [[Double]], isWeight: [Bool], trends: [Int?], losses: [[Double]]
  ) throws(FitError) {
    let kernel = TrendKernel(isWeight: isWeight)
    let runs = try Self.runs(features: features, trends: trends, losses: losses, kernel)
    var evidences = [[TrendEvidence]](repeating: [], count: trends.count)
    for group in runs {
      for (t, set) in group.sets.enumerated() {
        evidences[set] = group.shares.map { TrendEvidence(group, set: t, share: $0) }
      }
    }
    self.init(
      State(
        isWeight: isWeight, trends: trends, features: features,
        losses: losses.map { $0.map { $0.isNaN ? nil : $0 } },
        components: TrendPosterior(evidences).components),
      kernel, runs)
  }

  /// Rebuilds the process that `state` was taken from, bit for bit.
  ///
  /// - Throws: `tooFewRuns` if a set has no losses, as no fitted state's has, or values lack.
  package init(state: State) throws(FitError) {
    guard state.isWhole else { throw .tooFewRuns(0, needed: 1) }
    let kernel = TrendKernel(isWeight: state.isWeight)
    let losses = state.losses.map { $0.map { $0 ?? .nan } }
    self.init(
      state, kernel,
      try Self.runs(features: state.features, trends: state.trends, losses: losses, kernel))
  }

  private static func runs(
    features: [[Double]], trends: [Int?], losses: [[Double]], _ kernel: TrendKernel
  ) throws(FitError) -> [TrendRuns] {
    let measured = trends.indices.map { set in
      losses.indices.filter { !losses[$0][set].isNaN }
    }
    guard measured.allSatisfy({ !$0.isEmpty }) else { throw .tooFewRuns(0, needed: 1) }
    var groups: [(rows: [Int], sets: [Int])] = []
    for (set, rows) in measured.enumerated() {
      if let group = groups.firstIndex(where: { $0.rows == rows }) {
        groups[group].sets.append(set)
      } else {
        groups.append((rows, [set]))
      }
    }
    var runs: [TrendRuns] = []
    for group in groups {
      runs.append(
        try TrendRuns(
          sets: group.sets,
          z: DenseMatrix(
            group.rows.map { kernel.place(features[$0]) }, columns: kernel.isWeight.count),
          losses: group.sets.map { set in group.rows.map { losses[$0][set] } },
          features: group.sets.map { set in
            group.rows.map { row in trends[set].map { features[row][$0] } ?? 0 }
          }, kernel: kernel))
    }
    return runs
  }

  private init(_ state: State, _ kernel: TrendKernel, _ runs: [TrendRuns]) {
    (self.state, self.kernel, self.runs) = (state, kernel, runs)
    var (intercepts, slopes) = (state.trends.map { _ in 0.0 }, state.trends.map { _ in 0.0 })
    coefficients = runs.map { group in
      group.sets.enumerated().map { t, set in
        var coefficients = [Double](repeating: 0, count: group.z.rows)
        for (share, component) in zip(group.shares, state.components[set]) {
          let (y, f) = (share.losses[t].mean, share.features[t].mean)
          intercepts[set] += component.weight * (y - component.slope * f)
          slopes[set] += component.weight * component.slope
          let rest = (0..<group.z.rows).map {
            group.losses[t][$0] - y - component.slope * (group.features[t][$0] - f)
          }
          addProduct(
            &coefficients, share.factor.solve(rest), component.weight * share.value)
        }
        return coefficients
      }
    }
    (self.intercepts, self.slopes) = (intercepts, slopes)
  }
}

extension TrendProcess {
  /// Returns the mean losses of all sets, in nats.
  package func means(_ x: [Double]) -> [Double] {
    var means = intercepts.indices.map { set in
      intercepts[set] + (state.trends[set].map { slopes[set] * x[$0] } ?? 0)
    }
    let place = kernel.place(x)
    for (group, coefficients) in zip(runs, coefficients) {
      let values = kernel.vector(group.z, place)
      for (t, set) in group.sets.enumerated() { means[set] += dot(coefficients[t], values) }
    }
    return means
  }

  /// Returns the mean of Σ_j criterion_j · L_j to second order.
  func expansion(_ x: [Double], of criterion: [Double]) -> SecondOrderExpansion {
    let size = x.count
    var sum = SecondOrderExpansion(
      gradient: [Double](repeating: 0, count: size),
      curvature: [Double](repeating: 0, count: size * size))
    for (set, trend) in state.trends.enumerated() {
      if let trend { sum.gradient[trend] += criterion[set] * slopes[set] }
    }
    for (group, coefficients) in zip(runs, coefficients) {
      var whole = [Double](repeating: 0, count: group.z.rows)
      for (t, set) in group.sets.enumerated() {
        addProduct(&whole, coefficients[t], criterion[set])
      }
      sum = sum + kernel.expansion(group.z, x, of: whole)
    }
    return sum
  }
}
