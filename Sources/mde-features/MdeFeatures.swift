import ArgumentParser
import Experts
import Formats
import Foundation
import Mixtures
import Parallel
import Storage
import ToolKit

@main
struct MdeFeatures: Tool {
  static let configuration = CommandConfiguration(
    commandName: "mde-features",
    abstract: "Losses of mixtures of data experts, from the experts' cached log-probabilities.",
    discussion: """
      Examples:
        mde-features --mixtures 2-mixtures/observed.jsonl \\
          --experts 4-logprobs/expert-*/validation \\
          -o 5-features/observed.jsonl.zst
        sample-mixtures -n 1000 --base baselines.jsonl |
          mde-features --mixtures - --experts 4-logprobs/expert-*/validation \\
          -o features.jsonl.zst

      p(token | prefix) = sum over experts of weight * p_expert(token | prefix).
      With --beta b the weights move inside a document: weight * exp(b * the
      expert's log-probability of the document so far), renormalised. 0 is the
      plain mixture, 1 the Bayes mixture.
      """,
    version: projectVersion)

  @Option(
    parsing: .upToNextOption,
    help: .init("Mixtures, one JSON object a line; '-' is standard input.", valueName: "file"))
  var mixtures: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init("Folders of .lp.zst files, one for each expert.", valueName: "folder"))
  var experts: [String]
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Folders of each expert's scores of the choices of end tasks, for their probability.",
      valueName: "folder"))
  var choices: [String] = []
  @Option(
    parsing: .upToNextOption, help: .init("Betas, each one line of every mixture.", valueName: "b"))
  var beta: [Double] = [0]
  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Domains made of experts, such as web=CommonCrawl:0.7+C4:0.3, or files of mixtures whose "
        + "ids name them.", valueName: "name=parts"))
  var virtual: [String] = []
  @Option(help: "Domains that a mixture does not name: refuse, or zero weight.")
  var absent = Absent.refuse
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !experts.isEmpty else { throw ValidationError("--experts names no folder") }
    guard !mixtures.isEmpty else { throw ValidationError("--mixtures names no file") }
    guard mixtures.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("--mixtures reads standard input once")
    }
    guard !beta.isEmpty, beta.allSatisfy({ $0.isFinite && $0 >= 0 }), Set(beta).count == beta.count
    else { throw ValidationError("--beta takes different numbers of 0 or more") }
  }

  func run() throws {
    let files = try mixtures.map { try MixtureFile(reading: $0) }
    let records = files.flatMap(\.records)
    for file in files {
      for warning in file.warnings { common.note("mde-features: \(warning)") }
    }
    try requireUniqueIDs(files)
    let scores = try ExpertScores(folders: experts, virtual: virtual)
    if let difference = LogProbHeader.Model.difference(scores.models) {
      common.note("mde-features: \(difference)")
    }
    let choices = try choiceScores(like: scores)
    let domainWeights = try files.flatMap {
      try $0.weights(over: scores.domains, absentIsZero: absent == .zero)
    }
    tellDeviation(records, domainWeights, scores.groups)
    let weights = domainWeights.map(scores.groups.joined)
    let progress = Progress("features", unit: "blocks", total: scores.blockCount, options: common)
    let start = ContinuousClock.now
    let pool = WorkerPool(threads: common.threadCount)
    let sums = try scores.featureSums(mixtures: weights, betas: beta, pool: pool) {
      progress.update($0)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    progress.finish()
    let losses = sums.mapValues(\.losses)
    let answers = try choices?.choiceScores(mixtures: weights, betas: beta, pool: pool)
    try write(records, losses, answers, header(scores, losses, choices))
    tellRate(losses, mixtures: weights.count, seconds: seconds)
  }

  /// Returns the experts' scores of choices; nil if none are asked for.
  private func choiceScores(like scores: ExpertScores) throws -> ExpertScores? {
    guard !choices.isEmpty else { return nil }
    let answers = try ExpertScores(folders: choices, virtual: virtual)
    guard answers.groups == scores.groups else {
      throw UsageError(
        "--choices are of the experts \(answers.experts.joined(separator: ", ")), but --experts of "
          + scores.experts.joined(separator: ", "))
    }
    try answers.requireModels(of: scores)
    return answers
  }

  /// Says where mixtures have other ratios within a group than its expert was trained at: the
  /// features are those of its ratios.
  private func tellDeviation(
    _ records: [MixtureRecord], _ weights: [[Double]], _ groups: DomainGroups
  ) {
    let odd = weights.indices.filter { groups.deviation(of: weights[$0]) > 0.01 }
    guard let first = odd.first else { return }
    common.note(
      "mde-features: \(records[first].id)"
        + (odd.count > 1 ? " and \(odd.count - 1) more have" : " has")
        + " other ratios within a group than its expert; the features are of the expert's")
  }

  private func requireUniqueIDs(_ files: [MixtureFile]) throws {
    var pathOfID: [String: String] = [:]
    for file in files {
      for record in file.records {
        if let other = pathOfID.updateValue(file.path, forKey: record.id) {
          throw FileError.content(
            path: file.path, problem: "mixture \(record.id) is in \(other) too; rename one of them")
        }
      }
    }
  }

  private func tellRate(_ losses: [String: [[LossSum]]], mixtures: Int, seconds: Double) {
    let tokens = losses.values.reduce(0) { $0 + ($1.first?.first?.tokens ?? 0) }
    let pairs = Double(tokens * mixtures * beta.count)
    common.note(
      String(
        format: "mde-features: %d mixtures on %d tokens in %.2f s: %.0f mixtures/s, "
          + "%.2f G token·mixtures/s", mixtures, tokens, seconds, Double(mixtures) / seconds,
        pairs / seconds / 1e9))
  }

  private func write(
    _ records: [MixtureRecord], _ losses: [String: [[LossSum]]], _ answers: [TaskAnswers]?,
    _ header: FeatureTable.Header
  ) throws {
    let output = try LineWriter(common.output)
    try output.write(JSON.encode(header))
    for (m, record) in records.enumerated() {
      for (b, beta) in beta.enumerated() {
        let row = FeatureTable.Row(
          id: record.id, weights: record.mixture.byName, beta: beta,
          features: losses.mapValues { MeasuredLoss($0[b][m]) },
          choices: answers.map { answers in
            Dictionary(uniqueKeysWithValues: answers.map { ($0.task, $0.scores[b][m]) })
          })
        try output.write(JSON.encode(row))
      }
    }
    try output.commit()
  }

  private func header(
    _ scores: ExpertScores, _ losses: [String: [[LossSum]]], _ choices: ExpertScores?
  ) throws -> FeatureTable.Header {
    let virtualFiles = virtual.filter { !$0.contains("=") }
    var inputs = try (mixtures + virtualFiles).compactMap { try InputDigest(unlessStream: $0) }
    for set in scores.sets + (choices?.sets ?? []) {
      for path in set.paths { inputs.append(try InputDigest(file: path)) }
    }
    return FeatureTable.Header(
      provenance: Provenance(
        format: FeatureTable.format, version: FeatureTable.version, tool: .mdeFeatures,
        flags: [
          "beta": beta.map { "\($0)" }.joined(separator: " "), "absent": absent.rawValue,
          "virtual": virtual.filter { $0.contains("=") }.joined(separator: " "),
        ].filter { !$0.value.isEmpty },
        inputs: inputs),
      domains: scores.domains, groups: scores.groups.areAlone ? nil : scores.groups.groups,
      sets: Dictionary(
        uniqueKeysWithValues: scores.sets.compactMap { set in
          guard let loss = losses[set.name]?.first?.first else { return nil }
          return (set.name, EvaluationData(set.evaluation, loss))
        }), choices: choices?.choiceData)
  }
}

enum Absent: String, ExpressibleByArgument, CaseIterable { case refuse, zero }
