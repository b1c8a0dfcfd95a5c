import Mixtures
import Parallel

/// How far off the level of a size of model may be that was not fitted, as sizes that were held out
/// tell it.
///
/// All runs of a size share an error of the level, so a size counts as one observation, however
/// many runs it has. Its variance is taken to be f² ((b a)² + (s L)²): a law may be off by a part b
/// of what it adds beyond its runs, a, as exponents are known that well; and a size by a part s of
/// its loss L, as its rate, its batches and its seed suit it better or worse. f² is the mean of
/// four times 1 and of the squared errors of the sizes held out in units of that deviation; the
/// interval of a level is Student's of as many degrees of freedom.
struct HeldOutSizes: Equatable, Sendable {
  /// b and s. Published exponents differ by a fifth or so.
  static let addedDeviation = 0.08
  static let sizeDeviation = 0.003
  private static let priorSizes = 4

  /// f.
  let factor: Double
  /// The number of sizes that were held out.
  let count: Int

  /// The error of a level, and what the deviation of it depends on, all in nats per token.
  struct Level: Sendable {
    var error: Double
    /// What the law added beyond its runs.
    var added: Double
    /// The loss that was predicted.
    var loss: Double
  }

  /// The degrees of freedom of an interval of a level where `sizes` were held out.
  static func freedom(_ sizes: Int) -> Int { priorSizes + sizes }

  /// Measures errors of levels, one for each size that was held out.
  init(_ levels: [Level]) {
    let squares = levels.reduce(0) { sum, level in
      let (law, size) = (Self.addedDeviation * level.added, Self.sizeDeviation * level.loss)
      return sum + level.error * level.error / (law * law + size * size)
    }
    factor = ((Double(Self.priorSizes) + squares) / Double(Self.freedom(levels.count))).squareRoot()
    count = levels.count
  }
}

extension RegressionData {
  /// The degrees of freedom of an interval of the level at the target.
  package var levelFreedom: Int { HeldOutSizes.freedom(heldOutSizes.count) }

  /// The data of the sizes up to each of three or more, with the rows of the next one, the largest
  /// last.
  var heldOutSizes: [(smaller: RegressionData, rows: [Int])] {
    let sizes = scales?.sizes ?? []
    return (2..<max(2, sizes.count)).map { cut in
      (restricted(to: sizes[..<cut].joined().sorted()), sizes[cut])
    }
  }
}
