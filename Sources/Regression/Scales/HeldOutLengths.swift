/// How far off the level is of runs that are longer than those fitted, as lengths that were held
/// out tell it.
///
/// How losses fall with tokens depends on the learning rate, its warm-up and its decay, which no
/// law here knows: checkpoints fall more steeply than a law does, and then less. The variance of a
/// level is taken to be g² (c a)², a being what the law adds for tokens beyond the length of runs
/// of that size. g² is the mean of 1 and of the mean squared error, in units of that deviation, of
/// the sizes whose lengths were held out: they count as one, as they share how they were trained.
struct HeldOutLengths: Equatable, Sendable {
  /// c.
  static let addedDeviation = 0.25

  /// g.
  let factor: Double

  /// Measures errors of levels, one for each size whose length was held out; what was added is for
  /// tokens alone.
  init(_ levels: [HeldOutSizes.Level]) {
    guard !levels.isEmpty else {
      factor = 1
      return
    }
    let squares = levels.reduce(0) { sum, level in
      let law = Self.addedDeviation * level.added
      let size = HeldOutSizes.sizeDeviation * level.loss
      return sum + level.error * level.error / (law * law + size * size)
    }
    factor = (0.5 * (1 + squares / Double(levels.count))).squareRoot()
  }
}
