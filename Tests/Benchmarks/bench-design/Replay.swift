import Formats
import Mixtures
import Parallel
import Regression
import Search

/// A design replayed on a pool: runs are taken from it, a family is fitted to them, and the pool's
/// mixture of the lowest prediction is recommended.
///
/// A design starts with the pool's MDE optimum where it has experts, and with space-filling
/// mixtures while the runs are too few for the family. These come from a random quarter of the
/// pool, as all replications would be equal otherwise.
struct Replay: Sendable {
  let pool: ReplayPool
  let design: ReplayDesign
  let family: any Family
  /// The numbers of runs after which a mixture is recommended, rising; 0 for the MDE optimum alone.
  let sizes: [Int]
  /// The number of runs and candidates among which the next are chosen.
  let limit: Int

  /// A recommendation after some runs.
  struct Step: Sendable {
    let runs: Int
    /// How far the recommended mixture measured above the best of the pool, in nats per token.
    let regret: Double
    /// The regret that the regressor expected before it saw what the pool measured; nil if it
    /// states none.
    let expected: Double?
  }

  /// Replays the design once.
  ///
  /// - Throws: `FitError`, if the family cannot be fitted to runs that should suffice.
  func steps(seed: UInt64) throws(FitError) -> [Step] {
    var random = RandomStream(seed: seed, purpose: "replay of designs")
    let order = randomOrder(pool.data.count, using: &random)
    let last = min(sizes.last ?? 0, pool.data.count)
    var taken: [Int] = []
    var fitted: Fitted?
    var steps: [Step] = []
    if design.usesExperts, sizes.contains(0) { steps.append(step([], nil, seed: seed)) }
    let ahead = design.isOpenLoop ? openLoop(last, order) : []
    while taken.count < last {
      let count = min(design.batch, last - taken.count)
      taken += next(count, after: taken, fitted, order: order, ahead: ahead)
      let isAsked = sizes.contains(taken.count)
      guard isAsked || !design.isOpenLoop else { continue }
      fitted = try fit(taken, order: order)
      if isAsked { steps.append(step(taken, fitted, seed: seed)) }
    }
    return steps
  }

  private func openLoop(_ count: Int, _ order: [Int]) -> [Int] {
    if design.isOrdered, let mde = pool.mde {
      return Array(order.sorted { mde[$0] < mde[$1] }.prefix(count))
    }
    guard design.criterion == .space else { return Array(order.prefix(count)) }
    let start = start(min(count, 5), order, after: [])
    return start
      + spaceFilling(
        count - start.count, of: pool.data.weights, taken: start.map { pool.data.weights[$0] }
      ) { !start.contains($0) }
  }

  /// Returns mixtures to start with: the MDE optimum, and space-filling ones of a random quarter.
  private func start(_ count: Int, _ order: [Int], after taken: [Int]) -> [Int] {
    var start: [Int] = []
    if taken.isEmpty, design.usesExperts, let mde = pool.mde {
      start = order.min { mde[$0] < mde[$1] }.map { [$0] } ?? []
    }
    let known = taken + start
    let part = Array(order.prefix(max(order.count / 4, known.count + count)))
    let chosen = spaceFilling(
      count - start.count, of: part.map { pool.data.weights[$0] },
      taken: known.map { pool.data.weights[$0] }
    ) { !known.contains(part[$0]) }
    return start + chosen.map { part[$0] }
  }

  private func next(
    _ count: Int, after taken: [Int], _ fitted: Fitted?, order: [Int], ahead: [Int]
  ) -> [Int] {
    if design.isOpenLoop { return Array(ahead[taken.count..<taken.count + count]) }
    guard let fitted, let selection = fitted.selection else {
      return start(count, order, after: taken)
    }
    return selection.chosen(count, leastDistance: 0, allowsRepeats: false)
      .map { fitted.free[$0 - taken.count] }
  }

  /// A fit to the runs taken, and the choice of the next ones among those that are left; nil where
  /// no fit is asked for that.
  private struct Fitted {
    let regressor: any Regressor
    let free: [Int]
    let selection: RunSelection?
  }

  private func fit(_ taken: [Int], order: [Int]) throws(FitError) -> Fitted? {
    let data = pool.data.restricted(to: taken)
    guard !design.isOrdered, data.count >= family.fewestRuns(data) else { return nil }
    let regressor = try family.fit(data)
    let free = order.filter { !taken.contains($0) }
    let criterion = design.isOpenLoop || free.isEmpty ? nil : design.criterion
    let selection = criterion.map { criterion in
      RunSelection(
        among: free.map { pool.points[$0] }, runs: taken.map { pool.points[$0] },
        model: DesignModel(
          domains: pool.data.domains, mdeSets: pool.data.mdeSets, regressor: regressor,
          criteria: [pool.data.objective], residual: 0),
        by: criterion, limit: limit)
    }
    return Fitted(regressor: regressor, free: free, selection: selection)
  }

  private func step(_ taken: [Int], _ fitted: Fitted?, seed: UInt64) -> Step {
    let all = pool.points.indices
    let (answer, expected): (Int?, Double?)
    if let fitted {
      let means = all.map { pool.data.objective(of: fitted.regressor.predict(pool.points[$0])) }
      answer = all.min { means[$0] < means[$1] }
      expected =
        design.criterion == .gain
        ? fitted.selection?.expectedRegret(seed: seed)?.mean : nil
    } else if design.usesExperts, taken.isEmpty || !design.isOrdered, let mde = pool.mde {
      (answer, expected) = (all.min { mde[$0] < mde[$1] }, nil)
    } else {
      (answer, expected) = (taken.min { pool.seen[$0] < pool.seen[$1] }, nil)
    }
    let best = pool.measured.min() ?? .nan
    return Step(
      runs: taken.count, regret: answer.map { pool.measured[$0] - best } ?? .nan,
      expected: expected)
  }
}
