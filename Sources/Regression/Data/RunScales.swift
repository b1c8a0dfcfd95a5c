package import Mixtures

/// The scales of runs, and the one that is predicted.
package struct RunScales: Equatable, Sendable {
  /// A point of a run: its end, or a checkpoint.
  package struct Point: Equatable, Hashable, Sendable {
    /// The name of the run; checkpoints of one run share it, and its number of parameters.
    package var run: String
    package var scale: ModelScale

    package init(run: String, scale: ModelScale) { (self.run, self.scale) = (run, scale) }
  }

  /// The number of parameters up to whose ratio two models are of one size.
  package static let sameSize = 1.1

  /// The points, one for each row of the data.
  package var points: [Point]
  /// The scale whose losses a fit predicts.
  package var target: ModelScale

  package init(points: [Point], target: ModelScale) {
    (self.points, self.target) = (points, target)
  }

  /// The rows by size of model, the smallest first; sizes within `sameSize` of their smallest are
  /// one.
  package var sizes: [[Int]] {
    var sizes: [[Int]] = []
    for row in points.indices.sorted(by: {
      (points[$0].scale.parameters, $0) < (points[$1].scale.parameters, $1)
    }) {
      if let first = sizes.last?.first,
        points[row].scale.parameters <= Self.sameSize * points[first].scale.parameters
      {
        sizes[sizes.count - 1].append(row)
      } else {
        sizes.append([row])
      }
    }
    return sizes.map { $0.sorted() }
  }

  /// The key of the run that a row is a point of.
  func key(_ row: Int) -> [String] { [points[row].run, "\(points[row].scale.parameters)"] }

  /// Whether a row is the last checkpoint of its run.
  package var isFinal: [Bool] {
    var last: [[String]: Double] = [:]
    for row in points.indices {
      last[key(row)] = max(last[key(row)] ?? 0, points[row].scale.tokens)
    }
    return points.indices.map { points[$0].scale.tokens == last[key($0)] }
  }
}

extension RegressionData {
  /// The data without its scales of the ends of the runs of `size`, under the names of the runs.
  package func ends(ofSize size: [Int]) -> RegressionData {
    guard let scales else { return restricted(to: size) }
    let isFinal = scales.isFinal
    let rows = size.filter { isFinal[$0] }
    var part = restricted(to: rows)
    part.ids = rows.map { scales.points[$0].run }
    part.scales = nil
    return part
  }

  /// The largest scale of the rows: the mean scale of the ends of the runs of the largest size.
  package func largestScale() -> ModelScale? {
    guard let scales, let size = scales.sizes.last else { return nil }
    return meanScale(ofSize: size)
  }

  /// The geometric mean of the scales at the ends of the runs of `size`.
  package func meanScale(ofSize size: [Int]) -> ModelScale? {
    guard let scales else { return nil }
    let isFinal = scales.isFinal
    let ends = size.filter { isFinal[$0] }.map { scales.points[$0].scale }
    return ModelScale(meanOf: ends)
  }
}
