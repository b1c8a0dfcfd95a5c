import Benchmarking
import Formats
import Foundation
import Kernels
import Mixtures
import Parallel
import Regression
import Storage

/// Times fits of 512 runs of 17 domains with losses on 13 sets, one line of JSON each.
///
///     bench-regression fit-gbm|fit-gp|fit-law|fit-ridge THREADS [W.csv LOSSES.csv] [-- PEER …]
///     bench-regression audit THREADS
///
/// The audit is one of 48 runs of 7 domains, without MDE features.
/// Without tables the runs are made up: Dirichlet weights, a law of them, and noise. The peer gets
/// the tables.
@main
enum BenchRegression {
  static func main() {
    runBenchmark(
      "bench-regression",
      usage: "fit-gbm|fit-gp|fit-law|fit-ridge THREADS [WEIGHTS.csv LOSSES.csv] | audit THREADS"
    ) { own, peer in
      switch (own.first, own.count) {
      case ("audit", 2): try audit(try positive(own[1]))
      case (_, 2), (_, 4): try fit(own, threads: try positive(own[1]), peer: peer)
      default: throw WrongUsage()
      }
    }
  }

  private static func fit(_ own: [String], threads: Int, peer: [String]) throws {
    let pool = WorkerPool(threads: threads)
    let folder = FileManager.default.temporaryDirectory.path + "/bench-regression-\(getpid())"
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tables =
      own.count == 4
      ? Array(own[2...]) : try writeRuns(madeUp(runs: 512, domains: 17, sets: 13), to: folder)
    let data = try read(tables)
    let turns = Turns(
      work: [own[0], "\(threads)"] + tables, peer: peer, threads: threads)
    switch own[0] {
    case "fit-gbm":
      let family = TreesFamily("trees", summary: "", inputs: .weights, seed: 1)
      try turns.run { count(try family.fit(data, pool: pool), data) }
    case "fit-gp":
      let family = GaussianProcessFamily("gp", summary: "", inputs: .weights)
      try turns.run { count(try family.fit(data, pool: pool), data) }
    case "fit-law": try turns.run { count(try LawFamily().fit(data, pool: pool), data) }
    case "fit-ridge":
      let family = RidgeFamily(
        "ridge", summary: "", blocks: [.weights, .logWeights], logFloor: 0.01)
      try turns.run { count(try family.fit(data), data) }
    default: throw WrongUsage()
    }
    turns.report(amount: data.count, of: "observed", speed: "observed_per_second")
  }

  /// How many sets were fitted; every prediction has to be finite.
  private static func count(_ fit: any Regressor, _ data: RegressionData) -> Int {
    fit.predict(data.point(0)).count { $0.isFinite }
  }

  private static func audit(_ threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let data = try join(madeUp(runs: 48, domains: 7, sets: 7))
    let turns = Turns(work: ["audit"], peer: [], threads: threads)
    try turns.run {
      let comparison = try Regression.Comparison(
        FamilyRegistry.rows(for: data, .init(logFloor: 0.01, seed: 1)).map(\.family), data,
        folds: .leaveOneOut(data), seed: 1, pool: pool)
      return try Audit(
        comparison, objective: "mean", test: nil,
        settings: .init(sizes: [12, 24], covered: [24], draws: 10, logFloor: 0.01, seed: 1),
        provenance: Provenance(
          format: AuditLine.format, version: AuditLine.version, tool: .fitRegressor),
        pool: pool
      ).lines.count
    }
    turns.report(amount: data.count, of: "observed", speed: "observed_per_second")
  }

  private static func madeUp(runs: Int, domains: Int, sets: Int) throws -> [ObservedRun] {
    var random = RandomStream(seed: 1, purpose: "bench regression")
    let slopes = (0..<sets).map { set in
      (0..<domains).map { $0 == set ? -2 : 0.5 * random.unit() }
    }
    return try (0..<runs).map { run in
      let shares = dirichlet([Double](repeating: 0.4, count: domains), using: &random)
      let weights = Dictionary(
        uniqueKeysWithValues: shares.enumerated().map { ("domain-\($0)", $1) })
      let losses = slopes.enumerated().map { set, slopes -> (String, MeasuredLoss) in
        let exponent = zip(slopes, shares).reduce(0) { $0 + $1.0 * $1.1 }
        let noise = 0.02 * (random.unit() - 0.5)
        return ("set-\(set)", MeasuredLoss(nats: 2.5 + exp(1 + exponent) + noise))
      }
      return ObservedRun(
        id: "run-\(run)", mixture: try Mixture(weights),
        losses: Dictionary(uniqueKeysWithValues: losses))
    }
  }

  private static func writeRuns(_ runs: [ObservedRun], to folder: String) throws -> [String] {
    let (domains, sets) = (runs[0].mixture.domains, runs[0].losses.keys.sorted())
    let paths = ["\(folder)/weights.csv", "\(folder)/losses.csv"]
    let weights = runs.map { run in
      "\(run.id),\(run.mixture.weights.map { "\($0)" }.joined(separator: ","))\n"
    }
    let losses = runs.map { run in
      "\(run.id),\(sets.map { "\(run.losses[$0]?.nats ?? .nan)" }.joined(separator: ","))\n"
    }
    for (path, names, lines) in [(paths[0], domains, weights), (paths[1], sets, losses)] {
      let text = "run,\(names.joined(separator: ","))\n" + lines.joined()
      try replaceFile(path, bytes: Array(text.utf8))
    }
    return paths
  }

  private static func read(_ tables: [String]) throws -> RegressionData {
    let runs = try ObservedRun.joining(
      weights: CSVTable(reading: tables[0]), losses: CSVTable(reading: tables[1]))
    return try join(runs)
  }

  private static func join(_ runs: [ObservedRun]) throws -> RegressionData {
    let sets = runs[0].losses.keys.sorted()
    let mean = MeanObjective(
      name: "mean",
      weights: Dictionary(uniqueKeysWithValues: sets.map { ($0, 1 / Double(sets.count)) }))
    return try RegressionData.joining(table: nil, runs: runs, beta: 0, objective: mean).data
  }
}
