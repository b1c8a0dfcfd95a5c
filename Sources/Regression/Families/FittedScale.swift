package import Mixtures

/// The scales of the runs that a regressor was fitted to, and the one it predicts.
package struct FittedScale: Codable, Equatable, Sendable {
  /// The runs of one size of model.
  package struct Size: Codable, Equatable, Sendable {
    /// The mean scale at the ends of the runs.
    package var scale: ModelScale
    package var runs: Int
    /// The points of the runs: their ends, and earlier checkpoints.
    package var points: Int

    package init(scale: ModelScale, runs: Int, points: Int) {
      (self.scale, self.runs, self.points) = (scale, runs, points)
    }
  }

  package var target: ModelScale
  /// The sizes that were fitted, the smallest first.
  package var sizes: [Size]
  /// How the best mixture moves; nil if the family does not tell.
  package var move: OptimumMove?

  package init(target: ModelScale, sizes: [Size], move: OptimumMove?) {
    (self.target, self.sizes, self.move) = (target, sizes, move)
  }

  /// Returns the scales of `data`; nil if it has none.
  package init?(_ data: RegressionData, move: OptimumMove?) {
    guard let scales = data.scales else { return nil }
    let isFinal = scales.isFinal
    self.init(
      target: scales.target,
      sizes: scales.sizes.compactMap { rows in
        data.meanScale(ofSize: rows).map {
          Size(scale: $0, runs: rows.count { isFinal[$0] }, points: rows.count)
        }
      }, move: move)
  }
}
