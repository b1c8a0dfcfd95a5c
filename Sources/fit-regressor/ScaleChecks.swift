import Mixtures
import Regression
import ToolKit

// Which runs go together: of one scale where there is no target, and no test of what is fitted.
extension FitRegressor {
  /// Returns the ends of the runs, which have to be of one size where no target is asked for.
  ///
  /// - Throws: `UsageError` if models differ in size.
  func ofOneScale(_ runs: [ObservedRun]) throws -> [ObservedRun] {
    var ends: [Run: ObservedRun] = [:]
    var order: [Run] = []
    var earlier = 0
    for run in runs {
      let key = Run(run)
      guard let other = ends[key], let first = other.scale, let second = run.scale,
        first.tokens != second.tokens
      else {
        // Runs that are told apart by nothing are refused where they are joined.
        let place = ends[key] == nil ? key : Run(run, repeated: order.count)
        ends[place] = run
        order.append(place)
        continue
      }
      earlier += 1
      if second.tokens > first.tokens { ends[key] = run }
    }
    if earlier > 0 {
      common.note(
        "fit-regressor: \(earlier) earlier checkpoints are left aside; only a target takes them")
    }
    let sizes = runs.compactMap { $0.scale?.parameters }.sorted()
    if let least = sizes.first, let most = sizes.last, most > RunScales.sameSize * least {
      throw UsageError(
        "runs: models have \(ModelScale.short(least)) to \(ModelScale.short(most)) parameters; say "
          + "what to predict with --target-parameters and --target-tokens, or give runs of one size"
      )
    }
    return order.compactMap { ends[$0] }
  }

  /// Requires that no run of the tests is one that is fitted, or a checkpoint of one.
  ///
  /// A run of the same mixture at another scale, or with another seed, is another run.
  ///
  /// - Throws: `UsageError`, which names the first such run.
  func requireUnseen(_ tables: Tables) throws {
    let keys = Set(tables.runs.map { Run($0) })
    for run in tables.test {
      guard keys.contains(Run(run)) || tables.runs.contains(where: { isSame($0, run) }) else {
        continue
      }
      let points = tables.runs.filter { Run($0) == Run(run) }.map(\.scale)
      let isCheckpoint = !points.isEmpty && !points.contains(run.scale)
      throw UsageError(
        isCheckpoint
          ? "--test: run \(run.id) is a checkpoint of a run that is fitted; checkpoints of one run "
            + "belong together"
          : "--test: run \(run.id) has the weights of a run that is fitted, at the same scale; "
            + "give runs of other weights, another scale or another seed")
    }
  }

  /// Whether no run that is held out is of the scale of one that is fitted.
  func isOtherScale(_ tables: Tables) -> Bool {
    let scales = tables.runs.compactMap(\.scale)
    let others = tables.test.compactMap(\.scale)
    return !scales.isEmpty && !others.isEmpty
      && others.allSatisfy { other in !scales.contains { $0.isClose(to: other) } }
  }

  /// Whether two runs are of equal weights and not known to differ in scale or seed.
  private func isSame(_ first: ObservedRun, _ second: ObservedRun) -> Bool {
    guard first.mixture == second.mixture else { return false }
    if let one = first.scale, let other = second.scale, !one.isClose(to: other) { return false }
    if let one = first.model, let other = second.model { return one == other }
    return !isOtherSeed(first.id, second.id)
  }

  /// Whether ids are of two seeds of one mixture: `ID` and `ID-seedN`.
  private func isOtherSeed(_ first: String, _ second: String) -> Bool {
    func split(_ id: String) -> (name: Substring, seed: Substring?) {
      guard let range = id.ranges(of: "-seed").last,
        !id[range.upperBound...].isEmpty, id[range.upperBound...].allSatisfy(\.isNumber)
      else { return (id[...], nil) }
      return (id[..<range.lowerBound], id[range.upperBound...])
    }
    let (one, other) = (split(first), split(second))
    return one.name == other.name && one.seed != other.seed
  }

  /// What checkpoints of one run share.
  private struct Run: Hashable {
    let id: String
    let parameters: Int?
    /// A number for runs that nothing tells apart; else 0.
    let repeated: Int

    init(_ run: ObservedRun, repeated: Int = 0) {
      (id, parameters, self.repeated) = (run.id, run.parameters, repeated)
    }
  }
}

extension ModelScale {
  /// Whether sizes and lengths are the same within a tenth.
  fileprivate func isClose(to other: ModelScale) -> Bool {
    func isNear(_ a: Double, _ b: Double) -> Bool { max(a, b) <= RunScales.sameSize * min(a, b) }
    return isNear(parameters, other.parameters) && isNear(tokens, other.tokens)
  }
}
