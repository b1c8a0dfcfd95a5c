import Formats
package import Regression
import Storage
import Tasks

/// The tables of an audit, with its sentences.
///
/// They hold out-of-fold scores, scores on held-out runs, gains by MDE features, and the learning
/// curve.
package struct AuditTables {
  package var tables: [Table] = []
  /// The sentences on the noise, the MDE features and the conclusion, in the order of the audit.
  package var sentences: [String] = []

  package init(_ lines: [AuditLine]) {
    var families: [ScoredFamily] = []
    var pairs: [PairedComparison] = []
    var curve: [LearningPoint] = []
    var scales: [ScaleScores] = []
    var (title, best, runs) = ("", "", 0)
    for line in lines {
      switch line {
      case .header(let header):
        title = "\(header.objective), \(header.protocolName), \(header.runs) runs"
        runs = header.runs
        sentences.append(auditSentence(header.noise))
        if let domains = header.domains,
          let sentence = fewRunsSentence(header.mixtures, domains: domains)
        {
          sentences.append(sentence)
        }
      case .family(let line): families.append(line)
      case .pair(let line): pairs.append(line)
      case .learning(let line): curve.append(line)
      case .scale(let line): scales.append(line)
      case .mde(let mde): sentences.append(auditSentence(mde))
      case .conclusion(let conclusion):
        best = conclusion.recommended
        sentences += auditSentences(conclusion, runs: runs, pairs)
      }
    }
    guard !families.isEmpty else { return }
    tables.append(
      Self.scores(families.map { ($0.family, $0.scores) }, title: title, best: best))
    if families.contains(where: { $0.test != nil }) { tables.append(Self.test(families, best)) }
    tables += Self.scales(scales, best)
    if !pairs.isEmpty { tables.append(Self.pairs(pairs)) }
    if !curve.isEmpty { tables += [Self.learning(curve), Self.choosing(curve)] }
  }

  /// Creates the table of out-of-fold scores alone, where there is no audit.
  package init(scoresOf families: [FittedFamily], title: String, best: String) {
    tables = [Self.scores(families.map { ($0.name, $0.scores) }, title: title, best: best)]
  }

  /// Returns the table of the families' out-of-fold scores.
  static func scores(
    _ families: [(name: String, scores: FamilyScores?)], title: String, best: String
  ) -> Table {
    Table(
      title: title,
      header: [
        "family", "MSE", "90 %", "R²", "ρ", "90 %", "regret", "optimism", "stated",
      ],
      rows: families.map { family in
        guard let scores = family.scores else {
          return [family.name] + [String](repeating: "–", count: 8)
        }
        return [
          family.name, significant(scores.meanSquaredError.value), range(scores.meanSquaredError),
          fixed(scores.r2.value, 2), scores.spearman.map { fixed($0.value, 3) } ?? "–",
          scores.spearman.map { "\(fixed($0.low, 2)) … \(fixed($0.high, 2))" } ?? "–",
          significant(scores.regret.value), significant(scores.optimism.value),
          scores.statedCoverage.map { fixed($0, 2) } ?? "–",
        ]
      }, emphasized: Set(families.indices.filter { families[$0].name == best }),
      note:
        "All of runs that the fit had not seen. MSE: mean squared error of the objective. ρ: rank "
        + "correlation. Regret: how much worse the run predicted best is than the best. Optimism: "
        + "how much too low the fifth of the runs predicted best was predicted. Stated: the share "
        + "of runs within the 90 % interval that a family itself states."
    )
  }

  private static func test(_ families: [ScoredFamily], _ best: String) -> Table {
    let tested = families.compactMap { line in line.test.map { (line.family, $0) } }
    return Table(
      title: "Runs held out",
      header: ["family", "MSE", "ρ", "covered", "MSE of sets", "mean ρ", "least ρ"],
      rows: tested.map { name, test in
        [
          name, significant(test.meanSquaredError), test.spearman.map { fixed($0, 4) } ?? "–",
          test.coverage.map { fixed($0, 2) } ?? "–", significant(test.meanSetSquaredError),
          test.meanSetSpearman.map { fixed($0, 4) } ?? "–",
          test.leastSetSpearman.map { fixed($0, 4) } ?? "–",
        ]
      }, emphasized: Set(tested.indices.filter { tested[$0].0 == best }),
      note:
        "One fit to all runs, scored on runs that it has not seen: first the objective, then the "
        + "mean over all evaluation sets.")
  }

  private static func pairs(_ pairs: [PairedComparison]) -> Table {
    Table(
      title: "Do MDE features help?",
      header: ["family", "MSE falls by", "90 %", "p", "ρ rises by", "90 %"],
      rows: pairs.map { pair in
        [
          pair.without, significant(pair.gain.value), range(pair.gain), fixed(pair.pValue, 4),
          pair.spearmanGain.map { fixed($0.value, 3) } ?? "–",
          pair.spearmanGain.map { "\(fixed($0.low, 3)) … \(fixed($0.high, 3))" } ?? "–",
        ]
      },
      note:
        "The same family without and with MDE features, run by run; p by flipping signs at random.")
  }

  private static func learning(_ lines: [LearningPoint]) -> Table {
    let sizes = Set(lines.map(\.runs)).sorted()
    var names: [String] = []
    for line in lines where !names.contains(line.family) { names.append(line.family) }
    return Table(
      title: "Learning curve",
      header: ["family"] + sizes.flatMap { ["MSE, \($0) runs", "ρ"] },
      rows: names.map { name in
        [name]
          + sizes.flatMap { size -> [String] in
            guard let line = lines.first(where: { $0.family == name && $0.runs == size }) else {
              return ["–", "–"]
            }
            return [
              significant(line.meanSquaredError.mean),
              line.spearman.map { fixed($0.mean, 3) } ?? "–",
            ]
          }
      },
      note:
        "Means over random subsets of the runs, the same for all families, scored on the other "
        + "runs or on those held out. Recommended: the family that the runs fitted would have.")
  }

  private static func choosing(_ lines: [LearningPoint]) -> Table {
    let sizes = Set(lines.map(\.runs)).sorted()
    var names: [String] = []
    for line in lines where !names.contains(line.family) { names.append(line.family) }
    return Table(
      title: "Learning curve: intervals and choices",
      header: ["family"] + sizes.flatMap { ["covered, \($0) runs", "regret"] },
      rows: names.map { name in
        [name]
          + sizes.flatMap { size -> [String] in
            let line = lines.first { $0.family == name && $0.runs == size }
            return [
              line?.coverage.map { fixed($0.mean, 2) } ?? "–",
              line?.regret.map { fixed($0.mean, 4) } ?? "–",
            ]
          }
      },
      note:
        "Covered: the share of the runs scored within 90 % intervals that come from runs held out "
        + "of those fitted. Regret: how much worse the run predicted best, of all that were fitted "
        + "or scored, is than the best.")
  }
}

private func range(_ estimate: Estimate) -> String {
  "\(significant(estimate.low)) … \(significant(estimate.high))"
}
