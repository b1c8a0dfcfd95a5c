import Formats
import Mixtures
import Parallel
import Regression
import Reporting
import Search
import Storage
import ToolKit

// Runs of several scales, fitted for a target.
extension FitRegressor {
  func fitAcrossScales(
    _ tables: Tables, target: ModelScale, _ scores: inout ScoreColumns, pool: WorkerPool
  ) throws {
    let runs = try scores.shortfalls(of: tables.runs)
    let (kinds, objective) = try scored(
      runs, tables, domains: runs.first?.mixture.domains ?? [])
    let joined = try RegressionData.joining(runs: runs, target: target, objective: objective)
    for remark in joined.remarks { common.note("fit-regressor: \(remark)") }
    let data = joined.data
    if !data.sizesShareMixtures {
      common.note(
        "fit-regressor: no mixture was trained at two sizes: what size does rests on what families "
          + "say of mixtures; train some again at the other size")
    }
    let test = try unseen(tables, like: data, objective, &scores)
    let chosen = try families.chosen(for: data, seed: common.seed)
    let across = chosen.compactMap { $0 as? any ScaleFamily }
    let comparison = try Comparison(across, across: data, seed: common.seed, pool: pool)
    // Where too few runs of the largest size say which, it is the law that needs fewest of them.
    let best = comparison.best ?? comparison.entries.last
    guard let family = families.family ?? best?.family.name, comparison.entry(family) != nil else {
      throw UsageError("--family: has too few runs of the largest size; train more of them")
    }
    let move = OptimumMove.measure(
      comparison.entries.map { ($0.family.name, $0.fit) }, chosen: family, data,
      seed: common.seed, pool: pool)
    let fitted = FittedScale(data, move: move)
    let provenance = try provenance()
    var shown = AuditTables(
      scoresOf: comparison.families,
      title: "\(objective.name), \(comparison.folds.name), \(comparison.data.count) runs",
      best: family)
    if let path = scoring.audit {
      let audit = try ScaleAudit(across, data, test: test, seed: common.seed, pool: pool)
      let lines = Audit(
        comparison, across: data, objective: objective.name, scores: audit.scores,
        provenance: provenance.of(AuditLine.format, version: AuditLine.version)
      ).lines
      try replaceFile(path, bytes: lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
      shown = AuditTables(lines)
    }
    try write(
      comparison, objective, family, kinds, joined.groups, provenance, scale: fitted)
    try report(shown, comparison, nil, fitted.map { scaleSentences($0, objective) } ?? [])
  }

  private func unseen(
    _ tables: Tables, like data: RegressionData, _ objective: MeanObjective,
    _ scores: inout ScoreColumns
  ) throws -> RegressionData? {
    guard !scoring.test.isEmpty else { return nil }
    try requireUnseen(tables)
    let runs = try scores.shortfalls(of: tables.test)
    let joined = try RegressionData.joining(
      runs: runs, target: data.scales?.target ?? ModelScale(parameters: 1, tokens: 1),
      objective: objective, needsSizes: false)
    return try alike(joined.data, data)
  }
}
