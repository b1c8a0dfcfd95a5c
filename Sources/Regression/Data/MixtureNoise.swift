import Glibc
import Parallel

/// The noise of each mixture that was run more than once, and whether it differs between them.
package struct MixtureNoise: Codable, Equatable, Sendable {
  /// One mixture, with the variance of its repeats.
  package struct Mixture: Codable, Equatable, Sendable {
    /// The ids of its runs.
    package var runs: [String]
    /// The standard deviation of its repeats, in nats per token.
    package var standardDeviation: Double
    /// The standard deviation to expect of one more run: that of the repeats, drawn to all others.
    package var expected: Double
    /// The variance of a run's noise over that of the mean mixture, by which processes weigh runs
    /// (`RegressionData.noiseRatios`); nil where they take the same for all.
    package var ratio: Double?
  }

  /// The probability of variances at least as different, if all mixtures had the same noise.
  package var pValue: Double
  /// The number of degrees of freedom that the variance of all mixtures counts for beside the
  /// repeats of one; nil where nothing but the common variance explains all as well.
  package var priorFreedom: Double?
  package var mixtures: [Mixture]

  /// Whether the noise differs between mixtures, at the level of 5 %.
  package var differs: Bool { pValue < 0.05 }

  /// Returns the standard deviation to expect of one more run of the mixture of `run`; nil if that
  /// was not run more than once.
  package func deviation(of run: String) -> Double? {
    mixtures.first { $0.runs.contains(run) }?.expected
  }
}

/// The variance s² of the repeats of one mixture, with its degrees of freedom ν.
struct RepeatVariance: Equatable, Sendable {
  var runs: [String]
  var variance: Double
  var freedom: Double
  /// As of `MixtureNoise.Mixture`.
  var ratio: Double?

  /// The variances of all mixtures that were run more than once and whose objective was measured.
  static func all(_ data: RegressionData) -> [RepeatVariance] {
    let (objectives, groups) = (data.observedObjectives, data.replicateGroups)
    let ratios = data.noiseRatios
    return (0..<(groups.max().map { $0 + 1 } ?? 0)).compactMap { group in
      let rows = groups.indices.filter { groups[$0] == group && !objectives[$0].isNaN }
      guard rows.count > 1 else { return nil }
      let mean = rows.reduce(0) { $0 + objectives[$1] } / Double(rows.count)
      let squares = rows.reduce(0) {
        $0 + (objectives[$1] - mean) * (objectives[$1] - mean)
      }
      let freedom = Double(rows.count - 1)
      return RepeatVariance(
        runs: rows.map { data.ids[$0] }, variance: squares / freedom, freedom: freedom,
        ratio: ratios?[rows[0]])
    }
  }
}

extension MixtureNoise {
  /// The number of random samples that the p-value is counted in.
  private static let draws = 9999

  /// Compares the variances of two mixtures or more; nil for fewer, or where all repeats are equal.
  ///
  /// The variances of mixtures come from `VariancePrior`.
  init?(_ repeats: [RepeatVariance]) {
    let total = repeats.reduce(0) { $0 + $1.freedom }
    let pooled = repeats.reduce(0) { $0 + $1.freedom * $1.variance } / max(1, total)
    guard repeats.count > 1, pooled > 0 else { return nil }
    let prior = VariancePrior(repeats.map { ($0.variance, $0.freedom) })
    priorFreedom = prior.freedom
    mixtures = repeats.map { repeated in
      let expected = prior.expected((repeated.variance, repeated.freedom))
      return Mixture(
        runs: repeated.runs, standardDeviation: repeated.variance.squareRoot(),
        expected: expected.squareRoot(), ratio: repeated.ratio)
    }
    pValue = Self.pValue(repeats)
  }

  /// The p-value of Bartlett's statistic Σ ν log s²_pooled − Σ ν log s², by random samples of
  /// normal noise, since its χ² distribution does not hold for two or three repeats.
  /// Source: Bartlett, Properties of sufficiency and statistical tests, 1937.
  private static func pValue(_ repeats: [RepeatVariance]) -> Double {
    let freedoms = repeats.map(\.freedom)
    func statistic(_ variances: [Double]) -> Double {
      let sum = freedoms.reduce(0, +)
      let pooled = zip(freedoms, variances).reduce(0) { $0 + $1.0 * $1.1 } / sum
      return zip(freedoms, variances).reduce(sum * log(pooled)) {
        $0 - $1.0 * log(max($1.1, 1e-12 * pooled))
      }
    }
    let found = statistic(repeats.map(\.variance))
    var random = RandomStream(seed: 1, purpose: "noise by mixture")
    let above = (0..<draws).count { _ in
      statistic(
        freedoms.map { freedom in
          (0..<Int(freedom)).reduce(0) { sum, _ in
            let radius = -2 * log(1 - random.unit())
            let side = cos(2 * .pi * random.unit())
            return sum + radius * side * side
          } / freedom
        }) >= found
    }
    return Double(above + 1) / Double(draws + 1)
  }
}
