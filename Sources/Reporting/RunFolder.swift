import Formats
import Regression
package import Storage

/// What the stages of one run left in its folder, read for the report.
package struct RunFolder {
  let name: String
  let proposal: ProposalFile
  let regressor: RegressorFile
  /// What minimises other objectives, by the proposals' names.
  let others: [(name: String, proposal: ProposalFile, regressor: RegressorFile)]
  /// Of the main objective; empty if none was made.
  let audit: [AuditLine]
  /// Of losses with scores on the end tasks; empty without those.
  let correlations: [CorrelationFile.Row]
  /// On the validation sets.
  let experts: ScoredModels
  /// The final models, on the test sets.
  let finals: ScoredModels
  /// Test loss of the proposal minus that of each other final model.
  let differences: [String: (nats: Double, standardError: Double)]
  /// Nats per token of each domain's validation split.
  let unigramEntropy: [String: Double]
  /// The records of the models, by name; a model from elsewhere has none.
  let records: [String: RunRecord]
  let inputs: [InputDigest]

  /// - Parameters:
  ///   - path: the run's folder, `data/out/RUN`.
  package init(_ path: String) throws(FileError) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    let (proposalPath, regressorPath) = (
      "\(path)/7-proposal/proposal.json", "\(path)/6-regressors/regressor.json"
    )
    proposal = try ProposalFile(reading: proposalPath)
    regressor = try RegressorFile(reading: regressorPath)
    inputs = [try InputDigest(file: proposalPath), try InputDigest(file: regressorPath)]

    others = try otherProposals(path)
    let (auditPath, correlationPath) = (
      "\(path)/6-regressors/audit.jsonl", "\(path)/6-regressors/correlations.jsonl"
    )
    audit = isFile(auditPath) ? try AuditLine.read(auditPath) : []
    correlations = isFile(correlationPath) ? try CorrelationFile.rows(correlationPath) : []

    let models = try names(inFolder: "\(path)/4-logprobs")
    func folders(_ models: [String], _ split: String) -> [String] {
      models.map { "\(path)/4-logprobs/\($0)/\(split)" }.filter(isFolder)
    }
    experts = try ScoredModels(
      folders: folders(models.filter { $0.hasPrefix("expert-") }, "validation"))
    finals = try ScoredModels(folders: folders(models, "test"))

    var differences: [String: (nats: Double, standardError: Double)] = [:]
    let proposed = "\(path)/4-logprobs/\(proposal.id)/test"
    if isFolder(proposed) {
      for model in finals.losses.keys where model != proposal.id {
        differences[model] = try pairedDifference(
          folder: proposed, reference: "\(path)/4-logprobs/\(model)/test",
          over: Set(regressor.objective.weights.keys))
      }
    }
    self.differences = differences

    var entropy: [String: Double] = [:]
    for domain in regressor.domains {
      entropy[domain] = try Reporting.unigramEntropy(
        domainFolder: "\(path)/1-tokens/\(domain)", split: "validation")
    }
    unigramEntropy = entropy

    var records: [String: RunRecord] = [:]
    for model in models {
      let record = "\(path)/3-models/\(model)/run.json"
      if isFile(record) { records[model] = try RunRecord(file: record) }
    }
    self.records = records
  }
}

/// `7-proposal/proposal-OBJECTIVE.json`, each with the regressor that it comes from.
private func otherProposals(
  _ path: String
) throws(FileError) -> [(name: String, proposal: ProposalFile, regressor: RegressorFile)] {
  var others: [(name: String, proposal: ProposalFile, regressor: RegressorFile)] = []
  for file in try names(inFolder: "\(path)/7-proposal")
  where file.hasPrefix("proposal-") && file.hasSuffix(".json") {
    let name = String(file.dropLast(".json".count))
    let objective = name.dropFirst("proposal-".count)
    others.append(
      (
        name, try ProposalFile(reading: "\(path)/7-proposal/\(file)"),
        try RegressorFile(reading: "\(path)/6-regressors/regressor-\(objective).json")
      ))
  }
  return others.sorted { $0.name < $1.name }
}
