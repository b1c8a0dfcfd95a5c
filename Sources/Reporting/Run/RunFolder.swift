import Formats
import Foundation
import Mixtures
import Regression
import Search
package import Storage
import Tasks

/// The files that the stages of one run left in its folder, read for the report.
package struct RunFolder {
  let path: String
  let name: String
  let proposal: ProposalFile
  /// The regressor; nil where the experts alone answer.
  let regressor: RegressorFile?
  /// The objective that the proposal minimises; of several criteria their mean.
  let objective: MeanObjective
  /// The proposals of other objectives by name, each with its regressor.
  let others: [(name: String, proposal: ProposalFile, regressor: RegressorFile)]
  /// The audits, that of the main objective first, if one was made.
  let audits: [FoundAudit]
  /// The correlations of losses with scores on the end tasks; empty without such scores.
  let correlations: [CorrelationFile.Row]
  /// The scores of the final models on the end tasks, by model; those without scores are left out.
  let scores: [String: [TaskScores.Row]]
  /// The experts' losses on the validation sets.
  let experts: MeasuredModels
  /// What evaluation sets share with training text; empty where it was not measured.
  let overlaps: [OverlapFile.Row]
  /// How much text a token of each domain holds.
  let fertilities: [FertilityFile.Row]
  /// The domains that were found in the run's text; none where they were given.
  let foundDomains: [FoundDomains.Row]
  /// The names of the targets among the evaluation sets.
  let targets: [String]
  /// The final models' losses on the test sets.
  let finals: MeasuredModels
  /// Those on the validation sets, if predictions are of them; nil in older runs.
  let finalsValidation: MeasuredModels?
  /// The loss of the proposal less that of each other final model, in nats per token: on the test
  /// sets, and on the validation sets.
  let differences: [String: Difference]
  let validationDifferences: [String: Difference]
  /// The entropy of the tokens alone of each domain's validation split, in nats per token.
  let unigramEntropy: [String: Double]
  /// The records of the models, by name; a model from elsewhere has none.
  let records: [String: RunRecord]
  /// The seconds of processors that training took, by model, as far as they are known.
  let processorSeconds: [String: Double]
  /// The proposals of a campaign, by the number of runs fitted; none if there was none.
  let rounds: [(runs: Int, proposal: Proposal)]
  /// The files that the report starts from.
  let inputs: [InputDigest]

  /// Reads what the report needs.
  ///
  /// - Parameters:
  ///   - path: The run's folder, `data/out/RUN`.
  /// - Throws: `FileError` if a file is missing, cannot be read, or is not what it should be.
  package init(_ path: String) throws(FileError) {
    self.path = path
    // Of `.` too.
    name = URL(filePath: path).standardizedFileURL.lastPathComponent
    let (proposalPath, regressorPath) = (
      "\(path)/7-proposal/proposal.json", "\(path)/6-regressors/regressor.json"
    )
    proposal = try ProposalFile(reading: proposalPath)
    // What earlier settings left in the folder is not of this run.
    let isFitted = proposal.family != nil
    regressor = isFitted ? try RegressorFile(reading: regressorPath) : nil
    inputs = try ([proposalPath] + (isFitted ? [regressorPath] : [])).map {
      path throws(FileError) in
      try InputDigest(file: path)
    }
    objective = regressor?.objective ?? MeanObjective(proposal.objective)
    others =
      try regressor.map { regressor throws(FileError) in
        try otherProposals(path, beside: regressor)
      } ?? []
    audits =
      try regressor.map { regressor throws(FileError) in
        try FoundAudit.all(in: "\(path)/6-regressors", of: regressor)
      } ?? []
    correlations = try currentCorrelations(path)

    processorSeconds = try Self.processorSeconds(path)
    rounds = try Self.rounds(path)
    // Of runs from elsewhere there are no models.
    let isBare = isFitted && !isFolder("\(path)/5-runs")
    let expertTable = isBare ? nil : try RunTable(reading: "\(path)/5-runs/experts.jsonl")
    experts = MeasuredModels(expertTable)
    targets = expertTable?.header?.sets.targets ?? []
    finals = MeasuredModels(isBare ? nil : try RunTable(reading: "\(path)/5-runs/finals.jsonl"))
    let validated = "\(path)/5-runs/finals-validation.jsonl"
    finalsValidation =
      isFile(validated) && regressor?.value.scale == nil
      ? MeasuredModels(try RunTable(reading: validated)) : nil

    var scores: [String: [TaskScores.Row]] = [:]
    for (model, digest) in finals.digests {
      let scored = "\(path)/4-logprobs/\(model)/tasks.jsonl"
      guard isFile(scored) else { continue }
      let file = try TaskScoresFile(scored)
      if file.header.model.sha256 == digest { scores[model] = file.rows }
    }
    self.scores = scores

    let overlap = "\(path)/1-tokens/overlap.jsonl"
    overlaps = isFile(overlap) ? try OverlapFile(overlap).rows : []
    fertilities = try currentFertilities(path)
    // What earlier settings left in the folder is not of this run.
    let found = "\(path)/0-domains/report.jsonl"
    let domains = Set(proposal.weights.domains)
    let rows = isFile(found) ? try FoundDomains(found).rows : []
    foundDomains = Set(rows.map(\.domain)) == domains ? rows : []
    differences = try Self.differences(
      path, "test", proposal.id, finals.losses.keys, over: objective)
    // Observed mixtures have validation losses too.
    let compared = proposal.verdicts.map(\.against)
    validationDifferences = try Self.differences(
      path, "validation", proposal.id,
      finalsValidation.map { Set($0.losses.keys).union(compared) }, over: objective)

    var entropy: [String: Double] = [:]
    for domain in proposal.weights.domains where !isBare {
      entropy[domain] = try Reporting.unigramEntropy(
        domainFolder: "\(path)/1-tokens/\(domain)", split: "validation")
    }
    unigramEntropy = entropy

    var records: [String: RunRecord] = [:]
    for model in isBare ? [] : try names(inFolder: "\(path)/3-models") {
      let record = "\(path)/3-models/\(model)/run.json"
      if isFile(record) { records[model] = try RunRecord(file: record) }
    }
    self.records = records
  }
}

extension RunFolder {
  typealias Difference = (nats: Double, standardError: Double)

  /// The loss of `proposal` less that of each other of `models`, on the sets of `split`; of models
  /// that scored them.
  private static func differences(
    _ path: String, _ split: String, _ proposal: String,
    _ models: (some Sequence<String>)?, over objective: MeanObjective
  ) throws(FileError) -> [String: Difference] {
    let proposed = "\(path)/4-logprobs/\(proposal)/\(split)"
    guard let models, isFolder(proposed) else { return [:] }
    var differences: [String: Difference] = [:]
    for model in models
    where model != proposal && isFolder("\(path)/4-logprobs/\(model)/\(split)") {
      differences[model] = try pairedDifference(
        folder: proposed, reference: "\(path)/4-logprobs/\(model)/\(split)",
        over: objective)
    }
    return differences
  }

  var domains: [String] { proposal.weights.domains }

  /// The audit of the main objective; empty if none was made.
  var audit: [AuditLine] {
    guard let regressor, let first = audits.first,
      first.objective == regressor.objective.name, first.beta == regressor.beta
    else { return [] }
    return first.lines
  }
}

extension MeanObjective {
  /// Takes an objective of one criterion, or the mean over the criteria of several.
  fileprivate init(_ objective: Objective) {
    let count = Double(objective.criteria.count)
    let weights = objective.criteria.reduce(into: [String: Double]()) { sum, criterion in
      for (set, weight) in criterion { sum[set, default: 0] += weight / count }
    }
    self.init(name: objective.name, weights: weights)
  }
}

/// Returns the proposals of other objectives, each with the regressor that it was made with.
///
/// They are `7-proposal/proposal-OBJECTIVE.json`, if fitted to the same runs as `main`.
private func otherProposals(
  _ path: String, beside main: RegressorFile
) throws(FileError) -> [(name: String, proposal: ProposalFile, regressor: RegressorFile)] {
  var others: [(name: String, proposal: ProposalFile, regressor: RegressorFile)] = []
  for file in try names(inFolder: "\(path)/7-proposal")
  where file.hasPrefix("proposal-") && file.hasSuffix(".json") {
    let name = String(file.dropLast(".json".count))
    let fitted = "\(path)/6-regressors/regressor-\(name.dropFirst("proposal-".count)).json"
    guard isFile(fitted) else { continue }
    let proposal = try ProposalFile(reading: "\(path)/7-proposal/\(file)")
    let regressor = try RegressorFile(reading: fitted)
    let digest = try InputDigest(file: fitted)
    let isCurrent =
      regressor.provenance.inputs == main.provenance.inputs
      && regressor.objective != main.objective && proposal.provenance.inputs.contains(digest)
    if isCurrent { others.append((name, proposal, regressor)) }
  }
  return others.sorted { $0.name < $1.name }
}
