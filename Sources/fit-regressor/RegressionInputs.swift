import Formats
import Foundation
import Mixtures
import Regression
import Reporting
import Storage
import ToolKit

/// What the flags name, read.
extension FitRegressor {
  /// The runs of `paths` beside their features.
  func joined(_ paths: [String], _ table: FeatureTable?) throws -> RegressionData {
    var sets: [String] = []
    var failure: (any Error)?
    let joined = try RegressionData.joining(
      table: table, features: taskScores.map { .answers(normalization: $0) } ?? .losses,
      runs: try read(paths, table), beta: beta
    ) { measured, domains in
      sets = measured
      do { return try namedObjective(sets: measured, domains: domains) } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    guard let joined else {
      throw UsageError(
        "--objective: there is none such for the sets \(sets.joined(separator: ", "))")
    }
    for remark in joined.remarks { common.note("fit-regressor: \(remark)") }
    return joined.data
  }

  /// Held-out runs, with the same domains, sets and features as `data`.
  func held(_ table: FeatureTable?, like data: RegressionData) throws -> RegressionData {
    let test = try joined(scoring.test, table)
    guard test.domains == data.domains, Set(data.sets).isSubset(of: test.sets) else {
      throw UsageError(
        "--test: its domains or evaluation sets are not those of the runs; measure both alike")
    }
    if let both = test.ids.first(where: { id in
      data.ids.firstIndex(of: id).map {
        data.weights[$0] == test.weights[test.ids.firstIndex(of: id) ?? 0]
      }
        ?? false
    }) {
      throw UsageError("--test: run \(both) is among the runs that are fitted")
    }
    var kept = test
    kept.sets = data.sets
    kept.objective = data.objective
    let columns = data.sets.map { set in test.sets.firstIndex(of: set) ?? 0 }
    kept.losses = test.losses.map { row in columns.map { row[$0] } }
    return kept
  }

  private func read(_ paths: [String], _ table: FeatureTable?) throws -> [ObservedRun] {
    var (runs, weights): ([ObservedRun], CSVTable?) = ([], nil)
    for path in paths {
      if let taskScores {
        runs.append(try ObservedRun(taskScores: path, normalization: taskScores))
      } else if Self.isCSV(path) {
        let table = try CSVTable(reading: path)
        guard let first = weights else {
          weights = table
          continue
        }
        runs += try ObservedRun.joining(weights: first, losses: table)
        weights = nil
      } else if (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil {
        runs.append(try ObservedRun(folder: path, measuredLike: table))
      } else {
        runs += try ObservedRun.read(path)
      }
    }
    if let weights {
      throw UsageError("\(weights.path): a table of weights needs one of losses after it")
    }
    let corrected = runs.filter { $0.mixture.correction != nil }
    if let first = corrected.first {
      common.note(
        "fit-regressor: run \(first.id): \(first.mixture.correction ?? "")"
          + (corrected.count > 1 ? "; so were those of \(corrected.count - 1) more runs" : ""))
    }
    return runs
  }

  private static func isCSV(_ path: String) -> Bool {
    path.split(separator: "/").last?.split(separator: ".").dropFirst().contains("csv") == true
  }

  private func namedObjective(
    sets: [String], domains: [String]
  ) throws -> MeanObjective {
    guard let objective else {
      if let known = MeanObjective.named("avg-sp", sets: sets, domains: domains) { return known }
      guard !sets.isEmpty else { throw UsageError("the runs have no losses") }
      return MeanObjective(
        name: "mean",
        weights: Dictionary(uniqueKeysWithValues: sets.map { ($0, 1 / Double(sets.count)) }))
    }
    let found = try ProposalFile.Objective(named: objective, sets: sets, domains: domains) { path in
      guard path == "-" || FileManager.default.fileExists(atPath: path) else {
        throw UsageError(
          "--objective \(path) is none of avg-sp, avg-et, avg-et+sp, no file, and no set; sets are "
            + sets.joined(separator: ", "))
      }
      return try MixtureFile(reading: path).records.map(\.mixture.byName)
    }
    guard found.criteria.count == 1 else {
      throw UsageError(
        "--objective \(objective): the largest of several losses cannot be scored here")
    }
    return .init(name: found.name, weights: found.criteria[0])
  }

  func objectiveName(_ data: RegressionData) -> String {
    objective.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
      ?? (data.sets.contains(where: data.domains.contains) ? "avg-sp" : "mean")
  }

  func title(_ comparison: Comparison) -> String {
    "\(objectiveName(comparison.data)), \(comparison.folds.name), \(comparison.data.count) runs"
  }

  func provenance() throws -> Provenance {
    var flags = [
      "objective": objective ?? "", "beta": "\(beta)", "log-floor": "\(logFloor)",
      "task-scores": taskScores ?? "", "family": family ?? "best",
      "families": families.joined(separator: " "),
    ].filter { !$0.value.isEmpty }
    flags.merge(scoring.flags) { $1 }
    return Provenance(
      format: RegressorFile.format, version: RegressorFile.version, tool: "fit-regressor",
      revision: 2, flags: flags, seed: common.seed, inputs: try inputs())
  }

  /// The features and every file of runs.
  private func inputs() throws -> [InputDigest] {
    var paths = [features].compactMap { $0 }
    for path in runs + scoring.test where path != "-" {
      paths += (try? logProbFiles(in: path)) ?? [path]
    }
    return try paths.filter { $0 != "-" }.map { try InputDigest(file: $0) }
  }
}

extension Provenance {
  /// The same of another file of the same call.
  func of(_ format: String, version: Int) -> Provenance {
    var copy = self
    (copy.format, copy.version) = (format, version)
    return copy
  }
}
