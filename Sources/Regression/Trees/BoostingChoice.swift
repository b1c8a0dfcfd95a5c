package import Parallel

extension BoostedTrees.Settings {
  /// Settings to choose from: deep trees for many runs; for few, shallow ones, each on more of the
  /// runs.
  package static let candidates = [(5, 0.6), (3, 0.7), (2, 0.8)].map { depth, share in
    var settings = Self()
    (settings.depth, settings.share, settings.drawsThresholds) = (depth, share, true)
    return settings
  }
}

/// The choice of settings of boosting for several targets together, by K-fold cross-validation
/// inside the runs given.
///
/// All targets share one choice: on a few dozen runs, the held-out errors of a single one mislead.
package struct BoostingChoice: Equatable, Sendable {
  /// The candidate of least error at its best number of rounds, which may be 0.
  package let settings: BoostedTrees.Settings
  /// The mean squared error of held-out runs at these settings, by target.
  package let meanSquaredErrors: [Double]

  /// Chooses among `candidates`.
  ///
  /// - Parameters:
  ///   - features: the features, (runs, features), all finite.
  ///   - targets: the targets, (targets, runs), NaN where a run was not measured; at least two were
  ///     for each target.
  ///   - candidates: the settings to try, each up to its number of rounds.
  ///   - folds: the number of folds, at most that of mixtures; they are the same for every
  ///     candidate and target.
  package init(
    features: [[Double]], targets: [[Double]],
    candidates: [BoostedTrees.Settings] = BoostedTrees.Settings.candidates, folds: Int = 5,
    seed: UInt64, pool: WorkerPool
  ) {
    precondition(!candidates.isEmpty && !targets.isEmpty && folds > 1)
    let columns = SortedColumns(features)
    let parts = Self.parts(Replicates(features), folds: folds, seed: seed)
    let tasks = candidates.flatMap { candidate in
      parts.flatMap { part in targets.map { (candidate, part, $0) } }
    }
    let errors = pool.map(tasks.count) { task in
      let (candidate, part, target) = tasks[task]
      return Self.heldOutErrors(columns, target, part, candidate, seed: seed)
    }
    // (candidates, targets, rounds), summed over the folds.
    let curves = candidates.indices.map { c in
      targets.indices.map { t in
        parts.indices.reduce([Double](repeating: 0, count: candidates[c].rounds + 1)) {
          let fold = errors[(c * parts.count + $1) * targets.count + t]
          return fold.isEmpty ? $0 : zip($0, fold).map { $0 + $1 }
        }
      }
    }
    let (best, rounds) = Self.least(curves, scales: targets.map(Self.scale))
    var settings = candidates[best]
    settings.rounds = rounds
    self.settings = settings
    meanSquaredErrors = zip(curves[best], targets).map { curve, target in
      curve[rounds] / Double(target.count { !$0.isNaN })
    }
  }

  /// Splits the runs into `folds` parts whose numbers of mixtures differ by one at most; repeats of
  /// a mixture are in one part.
  private static func parts(_ replicates: Replicates, folds: Int, seed: UInt64) -> [[Int]] {
    let mixtures = replicates.counts.count
    let folds = min(folds, mixtures)
    var random = RandomStream(seed: seed, purpose: "boosting folds")
    let order = random.permutation(mixtures)
    var foldOf = [Int](repeating: 0, count: mixtures)
    for (position, mixture) in order.enumerated() { foldOf[mixture] = position % folds }
    return (0..<folds).map { fold in
      replicates.groups.indices.filter { foldOf[replicates.groups[$0]] == fold }
    }
  }

  /// Returns the sums of the squared errors of the runs in `part` after 0, 1, … rounds on all
  /// others; empty where no other was measured.
  private static func heldOutErrors(
    _ columns: SortedColumns, _ target: [Double], _ part: [Int],
    _ settings: BoostedTrees.Settings, seed: UInt64
  ) -> [Double] {
    var training = target.map { !$0.isNaN }
    let heldOut = part.filter { training[$0] }
    for run in part { training[run] = false }
    guard training.contains(true) else { return [] }
    var boosting = Boosting(columns, target, training: training, settings, seed: seed)
    return (0...settings.rounds).map { round in
      if round > 0 { _ = boosting.next() }
      return heldOut.reduce(0) { $0 + boosting.residuals[$1] * boosting.residuals[$1] }
    }
  }

  /// Returns 1/Σ(y − ȳ)²; 0 for a constant target, which decides nothing.
  private static func scale(_ target: [Double]) -> Double {
    let measured = target.filter { !$0.isNaN }
    let mean = measured.reduce(0, +) / Double(measured.count)
    let squares = measured.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return squares > 0 ? 1 / squares : 0
  }

  /// Returns the candidate and number of rounds with the least sum of relative errors; of equals,
  /// the first.
  private static func least(
    _ curves: [[[Double]]], scales: [Double]
  ) -> (candidate: Int, rounds: Int) {
    var (best, least) = ((candidate: 0, rounds: 0), Double.infinity)
    for (candidate, curves) in curves.enumerated() {
      for rounds in curves[0].indices {
        let error = zip(curves, scales).reduce(0) { $0 + $1.0[rounds] * $1.1 }
        if error < least { (best, least) = ((candidate, rounds), error) }
      }
    }
    return best
  }
}

extension BoostedTrees {
  /// Fits every target with the same settings, on the threads of `pool`.
  ///
  /// - Parameters:
  ///   - features: the features, (runs, features), all finite.
  ///   - targets: the targets, (targets, runs), NaN where a run was not measured; at least one was
  ///     for each target.
  package static func fit(
    features: [[Double]], targets: [[Double]], settings: Settings, seed: UInt64, pool: WorkerPool
  ) -> [BoostedTrees] {
    let columns = SortedColumns(features)
    return pool.map(targets.count) {
      BoostedTrees(columns, targets[$0], settings, seed: seed)
    }
  }
}
