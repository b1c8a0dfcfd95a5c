import Formats
import Foundation
import Mixtures
import Regression
import Reporting
import Storage
import Tasks
import ToolKit

/// The inputs that the flags name, read.
extension FitRegressor {
  /// The runs that are fitted and those that are held out, as they were read.
  struct Tables {
    var runs: [ObservedRun]
    var test: [ObservedRun]
    /// What the losses of the fitted runs were measured on.
    var measured: [String: EvaluationData]
  }

  /// Reads all runs, with the scales that flags give them.
  func readTables(_ features: FeatureTable?) throws -> Tables {
    let fitted = try read(runs, features)
    let test = try read(scoring.test, features)
    let scaled = try scale.scaled(fitted.tables, test: test.tables)
    return Tables(runs: scaled.runs, test: scaled.test, measured: fitted.measured)
  }

  /// Returns the sets of `runs`, and the objective that is scored.
  func scored(
    _ runs: [ObservedRun], _ tables: Tables, domains: [String]
  ) throws -> (kinds: EvaluationSets, objective: MeanObjective) {
    let kinds = EvaluationSets(
      Set(runs.flatMap(\.losses.keys)).sorted(), domains: domains,
      targets: tables.measured.targets, bitsPerByte: tables.measured.bitsPerByte)
    var objective = try namedObjective(kinds)
    if !higherIsBetter.isEmpty { objective.name += MeanObjective.shortfall }
    return (kinds, objective)
  }

  /// Joins the runs that are fitted, which tell what `scores` are, with the objective that is
  /// scored.
  func fitted(
    _ tables: Tables, _ table: FeatureTable?, _ scores: inout ScoreColumns
  ) throws -> (
    data: RegressionData, objective: MeanObjective, kinds: EvaluationSets, groups: DomainGroups
  ) {
    let runs = try ofOneScale(try scores.shortfalls(of: tables.runs))
    let domains = table?.header.domains ?? runs.first?.mixture.domains ?? []
    let (kinds, objective) = try scored(runs, tables, domains: domains)
    let joined = try joined(runs, table, objective)
    return (joined.data, objective, kinds, joined.groups)
  }

  private func joined(
    _ runs: [ObservedRun], _ table: FeatureTable?, _ objective: MeanObjective
  ) throws -> RegressionData.Joined {
    let joined = try RegressionData.joining(
      table: table, features: taskScores.map { .answers(normalization: $0) } ?? .losses,
      runs: runs, beta: beta, objective: objective)
    for remark in joined.remarks { common.note("fit-regressor: \(remark)") }
    return joined
  }

  /// Joins the held-out runs, with the same domains, sets and features as `data`.
  ///
  /// - Throws: `UsageError` if their domains or sets differ, or a run is one that is fitted.
  func held(
    _ tables: Tables, _ table: FeatureTable?, like data: RegressionData,
    _ objective: MeanObjective, _ scores: inout ScoreColumns
  ) throws -> RegressionData {
    try requireUnseen(tables)
    let tested = try ofOneScale(try scores.shortfalls(of: tables.test))
    return try alike(try joined(tested, table, objective).data, data)
  }

  /// Returns the sets of `test` that `data` has.
  ///
  /// - Throws: `UsageError` if its domains or sets differ.
  func alike(_ test: RegressionData, _ data: RegressionData) throws -> RegressionData {
    guard test.domains == data.domains, Set(data.sets).isSubset(of: test.sets) else {
      throw UsageError(
        "--test: its domains or evaluation sets are not those of the runs; measure both alike")
    }
    return test.restricted(toSets: data.sets)
  }

  private func read(
    _ paths: [String], _ features: FeatureTable?
  ) throws -> (tables: [[ObservedRun]], measured: [String: EvaluationData]) {
    var (tables, weights): ([[ObservedRun]], CSVTable?) = ([], nil)
    var measured = features?.header.sets ?? [:]
    var before: String?
    for path in paths {
      if let taskScores {
        tables.append([try ObservedRun(taskScores: path, normalization: taskScores)])
        continue
      }
      switch try RunsFile(
        reading: path, scale: [scale.parametersColumn, scale.tokensColumn], tolerance: tolerance)
      {
      case .columns(let table):
        if let runs = try runs(of: table, after: weights) {
          tables.append(runs)
          weights = nil
        } else {
          weights = table
        }
      case .lines(let found):
        if let features {
          try found.requireSameData(as: features.header.sets, of: features.path)
        }
        if let before { try found.requireSameData(as: measured, of: before) }
        if found.header != nil { before = found.path }
        tables.append(found.runs)
        measured.merge(found.header?.sets ?? [:]) { first, _ in first }
      }
    }
    if let weights {
      let isOfWeights = weights.columns.allSatisfy { RunColumns.prefix(of: $0) != nil }
      throw UsageError(
        "\(weights.path): "
          + (isOfWeights
            ? "has columns of weights alone; give a table of losses after it"
            : "no column begins with weight; name those of weights with "
              + "--weight-columns, or give a table of losses after this one of weights"))
    }
    let corrected = tables.joined().filter { $0.mixture.correction != nil }
    if let first = corrected.first {
      common.note(
        "fit-regressor: run \(first.id): \(first.mixture.correction ?? "")"
          + (corrected.count > 1 ? "; so were those of \(corrected.count - 1) more runs" : ""))
    }
    return (tables, measured)
  }

  private func namedObjective(_ sets: EvaluationSets) throws -> MeanObjective {
    guard let objective else {
      if let known = MeanObjective.named("avg-sp", of: sets) { return known }
      guard !sets.names.isEmpty else { throw UsageError("the runs have no losses") }
      return MeanObjective(name: "mean", meanOf: sets.names)
    }
    let found = try Objective(named: objective, of: sets) { path in
      guard path == "-" || FileManager.default.fileExists(atPath: path) else {
        throw UsageError(
          "--objective \(path) is no objective, no set and no file; "
            + choices(
              MeanObjective.names.filter { MeanObjective.named($0, of: sets) != nil } + sets.names,
              insteadOf: path))
      }
      return try MixtureFile(reading: path).records.map(\.mixture.byName)
    }
    guard found.criteria.count == 1 else {
      throw UsageError(
        "--objective \(objective): the largest of several losses cannot be scored here")
    }
    return .init(name: found.name, weights: found.criteria[0])
  }

  func provenance() throws -> Provenance {
    var flags = [
      "objective": objective ?? "", "beta": "\(beta)", "task-scores": taskScores ?? "",
      "higher-is-better": higherIsBetter.joined(separator: " "),
      "weight-columns": weightColumns.joined(separator: " "),
      "loss-columns": lossColumns.joined(separator: " "),
      "normalize-weights": normalizeWeights ? "true" : "",
    ].filter { !$0.value.isEmpty }
    flags.merge(families.flags) { $1 }
    flags.merge(scoring.flags) { $1 }
    flags.merge(scale.flags) { $1 }
    return Provenance(
      format: RegressorFile.format, version: RegressorFile.version, tool: .fitRegressor,
      flags: flags, seed: common.seed, inputs: try inputs())
  }

  /// The digests of the features and of every file of runs.
  private func inputs() throws -> [InputDigest] {
    try ([features].compactMap { $0 } + runs + scoring.test)
      .compactMap { try InputDigest(unlessStream: $0) }
  }
}

extension Provenance {
  /// Returns the provenance of another file of the same call.
  func of(_ format: String, version: Int) -> Provenance {
    var copy = self
    (copy.format, copy.version) = (format, version)
    return copy
  }
}
