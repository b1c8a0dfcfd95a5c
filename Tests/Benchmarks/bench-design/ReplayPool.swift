import Formats
import Mixtures
import Parallel
import Regression
import ToolKit

/// Trained mixtures of which a replay takes some as its runs: tables that somebody measured.
///
/// Of several runs of one mixture, the first by id counts.
struct ReplayPool: Sendable {
  let objective: MeanObjective
  /// The runs, with the sets that count in the objective and their MDE losses.
  let data: RegressionData
  /// The objective that each run measured, in nats per token; regrets are told by it.
  let measured: [Double]
  /// The same as whoever chooses sees it: with the noise of another seed, where one is asked for.
  let seen: [Double]
  /// The objective of the MDE losses, by run; nil where experts did not score every set of it.
  let mde: [Double]?
  let points: [MixturePoint]

  /// Reads tables of runs, of which two `.csv` in a row are weights and losses.
  ///
  /// - Parameter objective: its name; nil for avg-sp or else the mean of all sets.
  init(runs paths: [String], features: String?, objective: String?) throws {
    let runs = try Self.read(paths)
    let table = try features.map { try FeatureTable(reading: $0) }
    let sets = Set(runs.flatMap(\.losses.keys)).sorted()
    let domains = table?.header.domains ?? runs.first?.mixture.domains ?? []
    let target = try Self.objective(objective, sets: sets, domains: domains)
    let all = try RegressionData.joining(table: table, runs: runs, beta: 0, objective: target).data
    var seen: Set<[Double]> = []
    let first = all.ids.indices.filter {
      !all.observedObjectives[$0].isNaN && seen.insert(all.weights[$0]).inserted
    }
    let counted = all.sets.filter { target.weights[$0] ?? 0 != 0 }
    var data = all.restricted(to: first).restricted(toSets: counted)
    let columns = counted.compactMap { data.mdeSets.firstIndex(of: $0) }
    let isScored = columns.count == counted.count
    data.mdeSets = isScored ? counted : []
    data.mde = data.mde.map { row in isScored ? columns.map { row[$0] } : [] }
    self.init(data, target, measured: data.observedObjectives)
  }

  private init(_ data: RegressionData, _ objective: MeanObjective, measured: [Double]) {
    (self.objective, self.data, self.measured) = (objective, data, measured)
    seen = data.observedObjectives
    mde = data.mdeSets.isEmpty ? nil : data.mde.map { data.objective(of: $0) }
    points = data.ids.indices.map { data.point($0) }
  }

  /// Returns a random part of the pool, of `share` of its mixtures.
  func part(_ share: Double, seed: UInt64) -> ReplayPool {
    guard share < 1 else { return self }
    var random = RandomStream(seed: seed, purpose: "part of a pool")
    let count = Int((share * Double(data.count)).rounded())
    let rows = randomOrder(data.count, using: &random).prefix(count)
    let kept = rows.sorted()
    return ReplayPool(data.restricted(to: kept), objective, measured: kept.map { measured[$0] })
  }

  /// Returns the pool with normal noise on what is seen of every loss, the same on each set and
  /// independent between them, of which the objective has the standard deviation `noise` in nats.
  func noisy(_ noise: Double, seed: UInt64) -> ReplayPool {
    guard noise > 0 else { return self }
    var random = RandomStream(seed: seed, purpose: "noise of a seed")
    let squares = data.objective.reduce(0) { $0 + $1 * $1 }
    var noisy = data
    noisy.losses = data.losses.map { row in
      row.map { $0 + noise / squares.squareRoot() * normal(using: &random) }
    }
    return ReplayPool(noisy, objective, measured: measured)
  }

  private static func objective(
    _ name: String?, sets: [String], domains: [String]
  ) throws -> MeanObjective {
    let mean = MeanObjective(name: "mean", meanOf: sets)
    let kinds = EvaluationSets(sets, domains: domains)
    guard let name else {
      return MeanObjective.named("avg-sp", of: kinds) ?? mean
    }
    if let known = MeanObjective.named(name, of: kinds) { return known }
    if sets.contains(name) { return MeanObjective(name: name, meanOf: [name]) }
    guard name == mean.name else {
      throw UsageError("--objective \(name): is no set; sets are \(sets.joined(separator: ", "))")
    }
    return mean
  }

  /// Reads all runs, whose ids start with the number of their table, as tables may share some.
  private static func read(_ paths: [String]) throws -> [ObservedRun] {
    var (tables, weights): ([[ObservedRun]], CSVTable?) = ([], nil)
    for path in paths {
      guard path.contains(".csv") else {
        tables.append(try RunTable(reading: path).runs)
        continue
      }
      let table = try CSVTable(reading: path)
      guard let first = weights else {
        weights = table
        continue
      }
      tables.append(try ObservedRun.joining(weights: first, losses: table))
      weights = nil
    }
    if let weights {
      throw UsageError("\(weights.path): a table of weights needs one of losses after it")
    }
    return tables.enumerated().flatMap { number, runs in
      runs.map { ObservedRun(id: "\(number)/\($0.id)", mixture: $0.mixture, losses: $0.losses) }
    }
  }
}

/// Returns a random order of 0..<`count`.
func randomOrder(_ count: Int, using random: inout RandomStream) -> [Int] {
  var order = Array(0..<count)
  for i in order.indices.dropLast() { order.swapAt(i, i + random.index(below: count - i)) }
  return order
}
