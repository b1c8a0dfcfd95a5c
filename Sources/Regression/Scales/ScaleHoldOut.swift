import Glibc
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
  /// `errors` in.
  let outOfFold: [OutOfFold]
  /// How far the runs were from what each family predicted, at the largest size and, of the level,
  /// at those smaller ones that two others are smaller than.
  let errors: [ScaleErrors]

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
    let ends = data.ends(ofSize: largest)
    let size = ModelScale.short(scales.points[largest[0]].scale.parameters)
    let lengths = try Self.ofLengths(families, data, pool: pool)
    let known = data.lengths.sizes.suffix(2).map { log($0.parameters) }
    let step = known.count > 1 ? known[1] - known[0] : nil
    if scales.sizes.count > 2 {
      self.init(
        "\(size) parameters held out", ends, try Self.ofSizes(families, data, pool: pool),
        errors: { ScaleErrors($0, isBeyond: true, step: step, lengths: lengths[$1]) })
      return
    }
    guard Set(ends.weights).count > 1 else {
      let unknown = ends.losses.map { $0.map { _ in Double.nan } }
      self.init(
        data: ends, name: "nothing held out",
        outOfFold: families.map { _ in OutOfFold(predictions: [unknown]) },
        errors: lengths.map { ScaleErrors([], isBeyond: false, step: nil, lengths: $0) })
      return
    }
    // Two sizes: nothing tells of a third, so mixtures are held out of both.
    let folds = Folds.random(ends, count: Self.folds, repeats: 1, seed: seed)
    let held = folds.repeats[0]
    let isFinal = scales.isFinal
    let rows = largest.filter { isFinal[$0] }
    let results = each(families.count * held.count, pool) {
      task -> Result<ScalePrediction, FitError> in
      let (family, fold) = (families[task / held.count], held[task % held.count])
      let weights = Set(fold.map { data.weights[rows[$0]] })
      let rest = data.restricted(
        to: data.ids.indices.filter { !weights.contains(data.weights[$0]) })
      do throws(FitError) {
        return .success(
          try ScalePrediction(data, fold.map { rows[$0] }, from: rest, by: family, pool: nil))
      } catch { return .failure(error) }
    }
    var parts: [ScalePrediction] = []
    for result in results { parts.append(try result.get()) }
    let predictions = families.indices.map { family in
      let own = parts[family * held.count..<(family + 1) * held.count]
      return ScalePrediction(joining: Array(own), at: held)
    }
    let noise = predictions.compactMap { $0.ownVariance(of: data.objective) }.min()
    let change = ScaleAudit.asMeasured(data.ends(ofSize: scales.sizes[0]), ends).map {
      ScaleErrors.Change(spread: HeldOutSpread($0.losses, of: $0.data), noise: noise)
    }
    self.init(
      "\(folds.name) of mixtures, scored at \(size) parameters", ends,
      predictions.map { [($0, ends)] },
      errors: { held, family in
        // A family without a term for what weights do with size is off by all of that change.
        ScaleErrors(
          held, isBeyond: false, change: change,
          step: families[family].followsSize ? nil : step, lengths: lengths[family])
      })
  }

  private init(data: RegressionData, name: String, outOfFold: [OutOfFold], errors: [ScaleErrors]) {
    (self.data, self.name, self.outOfFold, self.errors) = (data, name, outOfFold, errors)
  }

  private init(
    _ name: String, _ data: RegressionData, _ held: [[HeldOutRuns]],
    errors of: (_ held: [HeldOutRuns], _ family: Int) -> ScaleErrors
  ) {
    let errors = held.indices.map { of(held[$0], $0) }
    self.init(
      data: data, name: name,
      outOfFold: zip(held, errors).map { held, errors in
        held[held.count - 1].prediction.calibrated(by: errors).outOfFold(of: data.objective)
      }, errors: errors)
  }

  /// Predicts every size that has two smaller ones, from those, by each family.
  private static func ofSizes(
    _ families: [any ScaleFamily], _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> [[HeldOutRuns]] {
    var held: [[HeldOutRuns]] = families.map { _ in [] }
    for (smaller, rows) in data.heldOutSizes {
      for (index, family) in families.enumerated() where smaller.suffices(for: family) {
        held[index].append(
          (
            try ScalePrediction(data, rows, from: smaller, by: family, pool: pool),
            data.ends(ofSize: rows)
          ))
      }
    }
    return held
  }
  /// Predicts what runs of every size had beyond two thirds of the longest, by fits to what they
  /// had until then.
  private static func ofLengths(
    _ families: [any ScaleFamily], _ data: RegressionData, pool: WorkerPool?
  ) throws(FitError) -> [[HeldOutRuns]] {
    let (shorter, sizes) = data.heldOutLengths
    var held: [[HeldOutRuns]] = []
    for family in families {
      guard !sizes.isEmpty, shorter.suffices(for: family) else {
        held.append([])
        continue
      }
      let found = try ScalePrediction.each(data, sizes, from: shorter, by: family, pool: pool)
      held.append(zip(found, sizes).map { ($0, data.ends(ofSize: $1)) })
    }
    return held
  }
}
