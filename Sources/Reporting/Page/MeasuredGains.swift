import Formats
import Regression
import Search

/// By how much the proposal was measured to be better than another final model, on the test sets.
struct MeasuredGain {
  let against: String
  /// How much lower the objective is, in its unit.
  let nats: Double
  /// Half the width of the 90 % interval, with the noise of a seed where it is known.
  let radius: Double

  var isWithinNoise: Bool { nats.magnitude < radius }
}

/// Half the width of a 90 % interval in standard errors that are known, as those over thousands of
/// documents are.
let normalRadius = 1.645

/// A mean over runs of several seeds, or of one over documents.
struct MeasuredMean {
  let mean: Double
  /// In the unit of the mean.
  let standardError: Double
  /// The number of runs.
  let seeds: Int

  /// Half the width of the 90 % interval: Student's, where the spread of a few seeds tells the
  /// standard error.
  var radius: Double {
    standardError
      * (seeds > 1 ? studentRadius(coverage: 0.9, freedom: seeds - 1) : normalRadius)
  }

  /// How much lower `self` is than `other`, and half the width of the 90 % interval, which takes
  /// the spreads of both for what they are.
  ///
  /// Source: Welch, Biometrika 34, 1947, for the degrees of freedom, rounded down.
  func gain(over other: MeasuredMean) -> (nats: Double, radius: Double) {
    let squares = [self, other].map { $0.standardError * $0.standardError }
    let sum = squares[0] + squares[1]
    let terms = zip(squares, [self, other]).map { $0 * $0 / Double($1.seeds - 1) }
    let freedom = sum > 0 ? Int(sum * sum / (terms[0] + terms[1]) + 1e-6) : 1
    return (
      other.mean - mean,
      sum.squareRoot() * studentRadius(coverage: 0.9, freedom: max(1, freedom))
    )
  }
}

extension Report {
  /// The objective that the proposal reached on the test sets; nil if it was not measured.
  var measuredLoss: MeasuredMean? { measured(run.proposal.id) }

  /// The objective that a mixture reached on the test sets, as the mean of its seeds where it has
  /// several.
  func measured(_ mixture: String) -> MeasuredMean? {
    if let mean = run.seedMeans[mixture], let error = mean.standardError {
      return MeasuredMean(
        mean: mean.mean, standardError: error, seeds: run.seedCount(mixture))
    }
    return run.finals.value(of: mixture, run.objective).map {
      MeasuredMean(mean: $0.nats, standardError: $0.standardError ?? 0, seeds: 1)
    }
  }

  /// The gains over the other final models, the best of them first where there are seeds.
  var measuredGains: [MeasuredGain] {
    let ours = run.proposal.id
    if let mean = measuredLoss, mean.seeds > 1 {
      return run.seedMeans.keys.filter { $0 != ours }
        .compactMap { name in measured(name).map { (name: name, other: $0) } }
        .filter { $0.other.seeds > 1 }
        .sorted { ($0.other.mean, $0.name) < ($1.other.mean, $1.name) }
        .map { name, other in
          let (nats, radius) = mean.gain(over: other)
          return MeasuredGain(against: name, nats: nats, radius: radius)
        }
    }
    return run.finalModels.compactMap { model in
      run.differences[model].map { difference in
        // Two runs, each with the noise of its seed.
        let noise = run.proposal.cost.next.noise ?? 0
        let square = difference.standardError * difference.standardError + 2 * noise * noise
        return MeasuredGain(
          against: model, nats: -difference.nats, radius: normalRadius * square.squareRoot())
      }
    }
  }
}
