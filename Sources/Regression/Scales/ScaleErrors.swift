import Mixtures
import Parallel

/// What runs that were held out say of a family's errors at another scale: of the level, which all
/// runs of a size share, and of mixtures beside each other.
struct ScaleErrors: Sendable {
  let sizes: HeldOutSizes
  /// How far runs of the largest size were from what was predicted of them beyond what the family
  /// states, their common level aside; nil where none were held out.
  let spread: HeldOutSpread?
}

extension ScaleErrors {
  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - held: the predictions of every size that was held out by fits to smaller ones, with the
  ///     runs, the largest last; or of the largest by fits to both of two sizes.
  ///   - isBeyond: whether the fits had seen smaller sizes only.
  ///   - change: how far mixtures' losses at one size are from those at the next, where the fits
  ///     had seen both: another size is taken to change no less.
  init(
    _ held: [(prediction: ScalePrediction, data: RegressionData)], isBeyond: Bool,
    change: HeldOutSpread? = nil
  ) {
    sizes = HeldOutSizes(
      !isBeyond
        ? []
        : held.compactMap { prediction, data in
          let known = zip(data.observedObjectives, prediction.losses)
            .map { (observed: $0, predicted: data.objective(of: $1)) }
            .filter { !$0.observed.isNaN }
          guard !known.isEmpty, let added = prediction.added(of: data.objective) else { return nil }
          let count = Double(known.count)
          return HeldOutSizes.Level(
            error: known.reduce(0) { $0 + $1.observed - $1.predicted } / count, added: added,
            loss: known.reduce(0) { $0 + $1.predicted } / count)
        })
    guard let last = held.last else {
      spread = nil
      return
    }
    let (losses, criterion) = (last.prediction.losses, last.data.objective)
    let found = HeldOutSpread(losses, of: last.data)
    let most = [found, change].compactMap(\.self).max {
      $0.mean(losses, of: criterion) < $1.mean(losses, of: criterion)
    }
    spread = (most ?? found).beyond(
      last.prediction.ownVariance(of: criterion), losses, of: criterion)
  }
}
