import Formats
import Mixtures
import Regression
import Reporting
import Search
import Storage

func checkMixtures(_ path: String) throws(FileError) { _ = try MixtureFile(reading: path) }

/// Observed runs, each with an id or at least a scale of its own, and with losses on the sets of
/// the header, if there is one.
func checkRunTable(_ path: String) throws(FileError) {
  let table = try RunTable(reading: path)
  var scales: [String: Set<ModelScale?>] = [:]
  for run in table.runs {
    let isNew = scales[run.id, default: []].insert(run.scale).inserted
    guard isNew, scales[run.id]?.count == 1 || scales[run.id]?.contains(nil) == false else {
      throw .content(path: path, problem: "run \(run.id) is there twice")
    }
    try requireLosses(run.losses.mapValues(\.nats), path: path, place: run.id)
    guard let sets = table.header?.sets else { continue }
    for set in run.losses.keys.sorted() where sets[set] == nil {
      throw .content(path: path, place: run.id, problem: "\(set) is no set of line 1")
    }
  }
}

func checkTableOfRuns(_ path: String) throws(FileError) { _ = try CSVTable(reading: path) }

func isTableOfRuns(_ line: String) -> Bool { line.contains(",") && !line.hasPrefix("[") }

/// The losses of mixtures of experts: each row's weights are of the header's domains.
func checkFeatures(_ path: String) throws(FileError) {
  let table = try FeatureTable(reading: path)
  for row in table.rows {
    try requireMixture(row.weights, path: path, place: row.id)
    for domain in row.weights.keys.sorted() where !table.header.domains.contains(domain) {
      throw .content(path: path, place: row.id, problem: "\(domain) is no domain of line 1")
    }
    try requireLosses(row.features.mapValues(\.nats), path: path, place: row.id)
  }
}

/// Fitted regressors, each of which can predict.
func checkRegressor(_ path: String) throws(FileError) {
  let file = try RegressorFile(reading: path)
  for family in file.families {
    let regressor = family.model.regressor(
      domains: file.domains, sets: file.sets, mdeSets: file.data.mdeSets)
    guard regressor != nil else {
      throw .content(
        path: path, place: family.name, problem: "its model is not of these domains and sets")
    }
  }
}

func checkAudit(_ path: String) throws(FileError) { _ = try AuditLine.read(path) }

/// A proposal, which is a mixture too.
func checkProposal(_ path: String) throws(FileError) {
  _ = try ProposalFile(reading: path)
  _ = try MixtureFile(reading: path)
}

func checkWhatIf(_ path: String) throws(FileError) { _ = try WhatIfFile(reading: path) }

func checkCorrelations(_ path: String) throws(FileError) {
  let (_, rows) = try CorrelationFile.read(path)
  for row in rows {
    let interval = row.interval ?? [-1, 1]
    guard interval.count == 2, -1 <= interval[0], interval[0] <= interval[1], interval[1] <= 1,
      -1...1 ~= row.spearman ?? 0
    else {
      throw .content(
        path: path, place: "\(row.loss), \(row.task)", problem: "is no correlation with an interval"
      )
    }
  }
}

/// What runs of tools took, as `--log` adds them.
func checkCostLog(_ path: String) throws(FileError) {
  let reader = try LineReader(path)
  while let line = try reader.next() {
    let place = "line \(line.number)"
    let cost = try JSON.decode(RunCost.self, from: line.bytes, path: path, place: place)
    guard cost.seconds >= 0, cost.processorSeconds >= 0, cost.peakBytes >= 0 else {
      throw .content(path: path, place: place, problem: "a run took less than nothing")
    }
  }
}

/// - Throws: `FileError` unless the weights are 0 or more and sum to 1, as near as files have to.
func requireMixture(
  _ weights: [String: Double], path: String, place: String = ""
) throws(FileError) {
  do { _ = try Mixture(weights) } catch { throw error.at(path, place) }
}

/// - Throws: `FileError` unless every loss, in nats per token, is finite and 0 or more.
func requireLosses(
  _ losses: [String: Double], path: String, place: String = ""
) throws(FileError) {
  for (set, loss) in losses.sorted(by: { $0.key < $1.key }) where !(loss >= 0 && loss.isFinite) {
    throw .content(path: path, place: place, problem: "loss of \(set) is \(loss)")
  }
}
