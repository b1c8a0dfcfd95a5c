import Mixtures
import Parallel

/// What runs that were held out say of a family's errors at another scale: of the level, which all
/// runs of a size share, and of mixtures beside each other.
struct ScaleErrors: Equatable, Sendable {
  /// What the deviations of a level are multiplied by (`HeldOutSizes.factor`).
  var levelFactor = 1.0
  /// How far runs of the largest size were from what was predicted of them beyond what the family
  /// states, their common level aside; nil where none were held out.
  var spread: HeldOutSpread?
  /// The same two of runs that are longer than those fitted (`HeldOutLengths.factor`).
  var lengthFactor = 1.0
  var lengthSpread: HeldOutSpread?
}

/// Predictions of runs that were held out together, and the runs.
typealias HeldOutRuns = (prediction: ScalePrediction, data: RegressionData)

extension ScaleErrors {
  /// How far mixtures' losses at one size are from those at the next, where fits had seen both:
  /// another size is taken to change no less.
  struct Change {
    var spread: HeldOutSpread
    /// The least variance that any family states of a run, which that change has in it too.
    var noise: Double?
  }

  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - held: the predictions of every size that was held out by fits to smaller ones, with the
  ///     runs, the largest last; or of the largest by fits to both of two sizes.
  ///   - isBeyond: whether the fits had seen smaller sizes only.
  ///   - change: what counts where they had not.
  ///   - step: how much larger the last size is than the one before, as a logarithm; nil if errors
  ///     are not to grow with it.
  ///   - lengths: the predictions of every size's longest runs by fits to shorter ones.
  init(
    _ held: [HeldOutRuns], isBeyond: Bool, change: Change? = nil, step: Double?,
    lengths: [HeldOutRuns]
  ) {
    levelFactor =
      HeldOutSizes(isBeyond ? held.compactMap { Self.level($0) { $0.added(of: $1) } } : []).factor
    lengthFactor =
      HeldOutLengths(lengths.compactMap { Self.level($0) { $0.addedByLength(of: $1) } }).factor
    lengthSpread =
      lengths.map { prediction, data in
        HeldOutSpread(prediction.losses, of: data, step: prediction.excess)
          .beyond(prediction, of: data.objective)
      }.mean
    guard let last = held.last else { return }
    let (losses, criterion) = (last.prediction.losses, last.data.objective)
    let found = HeldOutSpread(losses, of: last.data, step: step)
      .beyond(last.prediction, of: criterion)
    guard let change else {
      spread = found
      return
    }
    let drift = change.spread.beyond(change.noise, losses, of: criterion)
    spread = [found, drift].max {
      $0.mean(losses, of: criterion) < $1.mean(losses, of: criterion)
    }
    spread?.step = step
  }

  /// Returns the error of the level of runs that were held out together; nil where none measured
  /// the objective, or no law `added` anything to it.
  private static func level(
    _ held: HeldOutRuns, added: (ScalePrediction, [Double]) -> Double?
  ) -> HeldOutSizes.Level? {
    let (prediction, data) = held
    let known = zip(data.observedObjectives, prediction.losses)
      .map { (observed: $0, predicted: data.objective(of: $1)) }
      .filter { !$0.observed.isNaN }
    guard !known.isEmpty, let added = added(prediction, data.objective) else { return nil }
    let count = Double(known.count)
    return HeldOutSizes.Level(
      error: known.reduce(0) { $0 + $1.observed - $1.predicted } / count, added: added,
      loss: known.reduce(0) { $0 + $1.predicted } / count)
  }
}

extension HeldOutSpread {
  /// Returns what is left of it of what a prediction's family states of runs.
  fileprivate func beyond(
    _ prediction: ScalePrediction, of criterion: [Double]
  ) -> HeldOutSpread {
    beyond(prediction.ownVariance(of: criterion), prediction.losses, of: criterion)
  }
}

extension [HeldOutSpread] {
  /// The mean of all; nil of none. It grows as the last.
  fileprivate var mean: HeldOutSpread? {
    guard var sum = last else { return nil }
    for other in dropLast() { sum = sum + other }
    return sum.scaled(by: 1 / Double(count))
  }
}
