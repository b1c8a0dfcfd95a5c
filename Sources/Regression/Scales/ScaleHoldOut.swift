import Mixtures
import Parallel

/// The predictions of runs of the largest size by fits that have not seen them, as a target is
/// predicted: from smaller sizes where there are two of them, else from both sizes without the
/// mixture.
struct ScaleHoldOut: Sendable {
  /// The ends of the runs of the largest size.
  let data: RegressionData
  /// What was held out, for tables.
  let name: String
  /// The predictions and stated deviations of each family, in the order given; the deviations count
  /// `spreads` in.
  let outOfFold: [OutOfFold]
  /// How far the runs were from what each family predicted.
  let spreads: [HeldOutSpread]

  private static let folds = 10

  /// Returns how many of `count` runs of two sizes' larger one are held out together at most.
  static func heldOut(of count: Int) -> Int { count == 1 ? 0 : (count + folds - 1) / folds }

  /// Predicts the largest size of `data` by every one of `families`.
  ///
  /// - Throws: `FitError` of the first fit that failed.
  init(
    _ families: [any ScaleFamily], _ data: RegressionData, seed: UInt64, pool: WorkerPool?
  ) throws(FitError) {
    guard let scales = data.scales, let largest = scales.sizes.last else {
      throw .noFit(what: "scales", code: 1)
    }
    self.data = data.ends(ofSize: largest)
    let size = ModelScale.short(scales.points[largest[0]].scale.parameters)
    if scales.sizes.count > 2 {
      name = "\(size) parameters held out"
      let smaller = data.smallerSizes
      var found: [OutOfFold] = []
      for family in families {
        found.append(try Self.predict(data, largest, from: smaller, by: family, pool: pool))
      }
      (outOfFold, spreads) = Self.widened(found, self.data)
      return
    }
    guard Set(self.data.weights).count > 1 else {
      name = "nothing held out"
      let unknown = self.data.losses.map { $0.map { _ in Double.nan } }
      let none = HeldOutSpread([], of: self.data)
      outOfFold = families.map { _ in OutOfFold(predictions: [unknown]) }
      spreads = families.map { _ in none }
      return
    }
    // Two sizes: nothing tells of a third, so mixtures are held out of both.
    let folds = Folds.random(self.data, count: Self.folds, repeats: 1, seed: seed)
    name = "\(folds.name) of mixtures, scored at \(size) parameters"
    let held = folds.repeats[0]
    let ends = scales.isFinal
    let rows = largest.filter { ends[$0] }
    let results = each(families.count * held.count, pool) { task -> Result<OutOfFold, FitError> in
      let (family, fold) = (families[task / held.count], held[task % held.count])
      let weights = Set(fold.map { data.weights[rows[$0]] })
      let rest = data.restricted(
        to: data.ids.indices.filter { !weights.contains(data.weights[$0]) })
      do throws(FitError) {
        return .success(
          try Self.predict(data, fold.map { rows[$0] }, from: rest, by: family, pool: nil))
      } catch { return .failure(error) }
    }
    var parts: [OutOfFold] = []
    for result in results { parts.append(try result.get()) }
    let found = families.indices.map { family in
      var losses = rows.map { _ in [Double]() }
      var deviations = rows.map { _ in Double.nan }
      for (fold, members) in held.enumerated() {
        let part = parts[family * held.count + fold]
        for (place, member) in members.enumerated() {
          losses[member] = part.predictions[0][place]
          deviations[member] = part.deviations?[0][place] ?? .nan
        }
      }
      return OutOfFold(
        predictions: [losses],
        deviations: deviations.contains(where: \.isNaN) ? nil : [deviations])
    }
    (outOfFold, spreads) = Self.widened(found, self.data)
  }

  /// Returns the predictions with their spreads, which are added to the deviations.
  private static func widened(
    _ found: [OutOfFold], _ data: RegressionData
  ) -> (outOfFold: [OutOfFold], spreads: [HeldOutSpread]) {
    let spreads = found.map { HeldOutSpread($0.predictions[0], of: data) }
    return (zip(found, spreads).map { $0.widened(by: $1, of: data.objective) }, spreads)
  }

  /// Predicts those of `rows` that are ends of runs, each at its own scale, by a fit to `fitted`.
  static func predict(
    _ data: RegressionData, _ rows: [Int], from fitted: RegressionData, by family: any ScaleFamily,
    pool: WorkerPool?
  ) throws(FitError) -> OutOfFold {
    guard let scales = data.scales else { throw .noFit(what: "scales", code: 1) }
    let isFinal = scales.isFinal
    let ends = rows.filter { isFinal[$0] }
    let targets = Set(ends.map { scales.points[$0].scale }).sorted {
      ($0.parameters, $0.tokens) < ($1.parameters, $1.tokens)
    }
    let fits = try family.fit(fitted, at: targets, pool: pool)
    var (losses, deviations): ([[Double]], [Double?]) = ([], [])
    for row in ends {
      let fit = fits[targets.firstIndex(of: scales.points[row].scale) ?? 0]
      losses.append(fit.predict(data.point(row)))
      deviations.append(fit.variance(at: data.point(row), of: data.objective)?.deviation)
    }
    let known = deviations.compactMap(\.self)
    return OutOfFold(
      predictions: [losses], deviations: known.count == ends.count ? [known] : nil)
  }
}

extension OutOfFold {
  /// Returns the same predictions with `spread` added to the deviations.
  func widened(by spread: HeldOutSpread, of criterion: [Double]) -> OutOfFold {
    OutOfFold(
      predictions: predictions,
      deviations: deviations.map { turns in
        zip(turns, predictions).map { deviations, losses in
          zip(deviations, losses).map { deviation, losses in
            (deviation * deviation + spread.variance(losses, of: criterion)).squareRoot()
          }
        }
      })
  }
}
