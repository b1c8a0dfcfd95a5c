import ArgumentParser
import Formats
import Foundation
import Kernels
import Mixtures
import Parallel
import Storage
import ToolKit
import Transformer

@main
struct TrainExpert: Tool {
  static let configuration = CommandConfiguration(
    commandName: "train-expert",
    abstract: "Train a Llama model on a mixture of domains.",
    discussion: """
      Writes config.json, tokenizer.json, run.json, log.jsonl and, last, model.safetensors into \
      the output folder, which Hugging Face transformers opens. Saves resume.zst there every now \
      and then, and when SIGTERM or SIGINT stops it with exit code 75: the same command goes on \
      from it, to the same model.

      Example: train-expert --mixture baselines.jsonl:natural 1-tokens/* -o 3-models/natural
      """,
    version: projectVersion)

  @Argument(help: "Token folders, one for each domain; those of weight 0 are not read.")
  var tokens: [String] = []

  @Option(
    help: .init(
      """
      A file with one mixture, FILE:ID of a file with several, or weights such as \
      ArXiv=0.3,Github=0.7.
      """,
      valueName: "file"))
  var mixture: String?
  @Option(help: "Train on this domain alone.") var expert: String?
  @Option(help: "Tokenizer; by default tokenizer.json beside the token folders.")
  var tokenizer: String?

  @OptionGroup(title: "Model") var shape: ShapeOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Planning") var planning: EstimateOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if planning.estimate { return }
    guard !tokens.isEmpty else { throw ValidationError("give the token folders of the domains") }
    guard (mixture == nil) != (expert == nil) else {
      throw ValidationError("give either --mixture or --expert")
    }
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
  }

  func run() throws {
    if planning.estimate { return try estimate() }
    let signals = StopSignals()
    let weights = try requestedMixture()
    let folders = try foldersOfPositiveWeight(weights)
    let (tokenizerPath, tokenizerBytes) = try readTokenizer(folders)
    let streams = try folders.map { try DomainStream($0, seed: common.seed) }
    let tokens = folders[0].contents
    let config = try shape.config(
      vocabularySize: tokens.vocabulary, endOfText: tokens.endOfText)
    let steps = try training.stepCount(context: config.context)

    let pool = WorkerPool(threads: common.threadCount)
    let precision = training.precision.chosen
    let parameters = Parameters(
      config, precision: precision, seed: common.seed, initStd: shape.deviation, pool: pool)
    var trainer = Trainer(
      parameters, training.options(steps: steps), streams: streams,
      weights: folders.map { weights[$0.domain, default: 0] },
      validation: try Validation(
        folders, tokens: training.evalTokens, parameters: parameters, threads: pool.threads),
      pool: pool)

    let folder = common.output
    try createFolder(folder)
    let provenance = Provenance(
      format: RunRecord.format, version: RunRecord.version, tool: .trainExpert,
      flags: shape.flags.merging(training.flags(steps: steps, precision: precision)) { $1 },
      seed: common.seed,
      inputs: try [InputDigest(file: tokenizerPath)]
        + folders.map { InputDigest(name: $0.domain, sha256: try sha256(file: $0.manifest)) })
    let point = ResumePoint(
      folder + "/resume.zst", provenance: provenance, weights: weights,
      length: parameters.layout.length)
    let log = try train(&trainer, point, signals)

    let closing = log.suffix(max(1, steps / 10)).map(\.loss)
    let record = RunRecord(
      provenance: provenance, id: id, weights: weights,
      tokens: Dictionary(uniqueKeysWithValues: streams.map { ($0.domain, $0.used) }),
      epochs: Dictionary(uniqueKeysWithValues: streams.map { ($0.domain, $0.epochs) }),
      steps: steps, parameters: parameters.layout.parameterCount,
      trainingLoss: closing.reduce(0, +) / Double(closing.count),
      validationLosses: log.last?.validation ?? [:])
    let logFile = try LineWriter(folder + "/log.jsonl")
    for step in log { try logFile.write(JSON.encode(step)) }
    try logFile.commit()
    try replaceFile(folder + "/tokenizer.json", bytes: tokenizerBytes)
    try replaceFile(folder + "/run.json", bytes: JSON.encode(record) + [10])
    try parameters.write(to: folder)
    try point.remove()
  }

  private func estimate() throws {
    let tokens = try tokens.first.map { try DomainFolder($0).contents }
    guard let vocabularySize = planning.vocabSize ?? tokens?.vocabulary else {
      throw UsageError("--estimate needs --vocab-size, or the token folders")
    }
    let config = try shape.config(
      vocabularySize: vocabularySize, endOfText: tokens?.endOfText ?? 0)
    let options = training.options(steps: try training.stepCount(context: config.context))
    try planning.write(
      config, options, precision: training.precision.chosen, common: common)
  }

  /// The name of the model, which is that of its folder.
  private var id: String {
    common.output.split(separator: "/").last.map(String.init) ?? common.output
  }

  /// Takes the steps that are left since the resume point, if there is one.
  ///
  /// - Returns: All steps of the run, those before the resume point included.
  private func train(
    _ trainer: inout Trainer, _ point: ResumePoint, _ signals: StopSignals
  ) throws -> [TrainingStep] {
    var log: [TrainingStep] = []
    switch try point.load(into: &trainer) {
    case .absent: break
    case .ofAnotherRun(let difference):
      common.note("train-expert: \(point.path): is not used: \(difference); starting again")
    case .steps(let steps):
      log = steps
      common.note("train-expert: \(point.path): going on after step \(steps.count)")
    }
    let options = trainer.options
    let perStep = options.batchSize * trainer.parameters.config.context
    let progress = Progress(
      "train \(id)", unit: "tokens", total: options.steps * perStep, done: log.count * perStep,
      options: common)
    var saves = training.saveEvery.schedule()
    try trainer.run { trainer, step throws(TrainingError) in
      log.append(step)
      progress.update(step.tokens, detail: "loss \((step.loss * 1000).rounded() / 1000)")
      if step.step == options.steps { return }
      let isStopping = signals.haveArrived
      guard isStopping || saves.isDue(after: step.step) else { return }
      do throws(FileError) { try point.save(trainer, steps: log) } catch { throw .file(error) }
      if isStopping {
        throw .stopped(path: point.path, step: step.step, steps: options.steps)
      }
    }
    progress.finish()
    return log
  }

  /// The weights asked for, by domain, summing to 1.
  private func requestedMixture() throws -> [String: Double] {
    if let expert { return [expert: 1] }
    return try MixtureSource(mixture ?? "").mixture { common.note("train-expert: \($0)") }.byName
  }

  /// The folders of the domains of positive weight, in the order of their names.
  ///
  /// - Throws: `TrainingError.missingDomain` if one is not among those given.
  private func foldersOfPositiveWeight(_ weights: [String: Double]) throws -> [DomainFolder] {
    var folders: [String: DomainFolder] = [:]
    var names: [String] = []
    for path in tokens {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      names.append(name)
      guard weights[name, default: 0] > 0 else { continue }
      folders[name] = try DomainFolder(path)
    }
    return try weights.keys.sorted().filter { weights[$0, default: 0] > 0 }.map { domain in
      guard let folder = folders[domain] else {
        throw TrainingError.missingDomain(domain, given: names)
      }
      return folder
    }
  }

  private func readTokenizer(_ folders: [DomainFolder]) throws -> (path: String, bytes: [UInt8]) {
    let parent = folders[0].path.split(separator: "/", omittingEmptySubsequences: false)
      .reversed().drop { $0.isEmpty }.dropFirst().reversed().joined(separator: "/")
    let path = tokenizer ?? (parent.isEmpty ? "." : parent) + "/tokenizer.json"
    let bytes = try readFile(path)
    let digest = sha256(bytes)
    for folder in folders where folder.contents.tokenizer != digest {
      throw FileError.content(
        path: folder.manifest, place: "tokenizer",
        problem:
          "the tokens were not made with \(path); give the right --tokenizer, or make them again")
    }
    return (path, bytes)
  }
}
