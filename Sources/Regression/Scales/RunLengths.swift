import Glibc
package import Mixtures

/// How many tokens runs of each size of model learned from: beyond that, only what laws take
/// lengths to do says what a longer run loses.
package struct RunLengths: Equatable, Sendable {
  /// The mean size of the models of each size, the smallest first, and the most tokens of its runs.
  package var sizes: [ModelScale]

  package init(sizes: [ModelScale]) { self.sizes = sizes }

  /// Returns the tokens that a run of a model of so many `parameters` would have had: between two
  /// sizes those of both, interpolated by logarithms; of a larger model, as many for each parameter
  /// as the largest had.
  package func tokens(at parameters: Double) -> Double {
    guard let first = sizes.first, let last = sizes.last else { return .infinity }
    if parameters <= first.parameters { return first.tokens }
    if parameters >= last.parameters { return last.tokens * parameters / last.parameters }
    let above = sizes.firstIndex { $0.parameters > parameters } ?? sizes.count - 1
    let (a, b) = (sizes[above - 1], sizes[above])
    let part = log(parameters / a.parameters) / log(b.parameters / a.parameters)
    return a.tokens * exp(part * log(b.tokens / a.tokens))
  }

  /// Returns the scale as far as it is no longer than runs of its size were.
  func within(_ scale: ModelScale) -> ModelScale {
    ModelScale(
      parameters: scale.parameters, tokens: min(scale.tokens, tokens(at: scale.parameters)))
  }

  /// The part of its length after which runs are held out, to see what longer ones are off.
  static let heldFrom = 2.0 / 3

  /// Returns the logarithm of how many times longer `scale` is than runs of its size; 0 if it is
  /// not.
  package func excess(_ scale: ModelScale) -> Double {
    max(0, log(scale.tokens / tokens(at: scale.parameters)))
  }
}

extension RegressionData {
  /// The lengths of the runs of every size.
  package var lengths: RunLengths {
    RunLengths(
      sizes: (scales?.sizes ?? []).compactMap { rows in
        meanScale(ofSize: rows).map { mean in
          let tokens = rows.compactMap { scales?.points[$0].scale.tokens }
          return ModelScale(parameters: mean.parameters, tokens: tokens.max() ?? mean.tokens)
        }
      })
  }

  /// The data of what runs were until two thirds of the length of the longest of their size, with
  /// the rows of each size beyond; sizes without shorter runs or checkpoints are left out.
  var heldOutLengths: (shorter: RegressionData, rows: [[Int]]) {
    guard let scales else { return (self, []) }
    var (kept, held): ([Int], [[Int]]) = ([], [])
    for (rows, size) in zip(scales.sizes, lengths.sizes) {
      // Checkpoints are written where a step ends, so a little beyond a round part.
      let cut = 1.02 * RunLengths.heldFrom * size.tokens
      let short = rows.filter { scales.points[$0].scale.tokens <= cut }
      guard !short.isEmpty, short.count < rows.count else { continue }
      kept += short
      held.append(rows.filter { scales.points[$0].scale.tokens > cut })
    }
    return (restricted(to: kept.sorted()), held)
  }
}
