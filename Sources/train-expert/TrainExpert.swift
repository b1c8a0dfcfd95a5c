import ArgumentParser
import Formats
import Foundation
import Kernels
import Parallel
import Storage
import Streams
import ToolKit
import Transformer

@main
struct TrainExpert: Tool {
  static let configuration = CommandConfiguration(
    commandName: "train-expert",
    abstract: "Train a Llama model on a mixture of domains.",
    discussion: """
      Examples:
        train-expert --expert Code 1-tokens/*/ --steps 100 \\
          -o 3-models/expert-Code
        train-expert --mixture baselines.jsonl:natural 1-tokens/*/ --layers 2 \\
          --hidden-size 64 --train-tokens 50000 -o 3-models/natural

      Writes config.json, tokenizer.json, run.json, log.jsonl and, last, model.safetensors into \
      the output folder, which Hugging Face transformers opens. Saves resume.zst there every now \
      and then, and when SIGTERM or SIGINT stops it with exit code 75: the same command goes on \
      from it, to the same model.
      """,
    version: projectVersion)

  @OptionGroup var data: TrainingDataOptions
  @OptionGroup var prepared: StreamOptions
  @OptionGroup(title: "Repetition") var repetition: PoolOptions
  @OptionGroup(title: "Model") var shape: ShapeOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Planning") var planning: EstimateOptions
  @OptionGroup var common: CommonOptions

  var outputs: [PlannedOutput] {
    [planning.isQuestion ? .file(common.output) : .folder(common.output)]
  }

  func validate() throws {
    guard
      StreamPlan.isPossible(
        steps: training.steps ?? 1, batch: training.batchSize, context: shape.context)
    else { throw ValidationError("--steps, --batch-size and --context make too many tokens") }
    if planning.isQuestion { return }
    if prepared.stream == nil {
      try data.require()
      try training.requireSteps()
    } else if data.tokens.isEmpty || data.mixture != nil || data.expert != nil {
      throw ValidationError("--stream needs the token folders, and has the mixture")
    } else if repetition.poolFor != nil {
      throw ValidationError("--pool-for: give it to mix-tokens, which makes the --stream")
    }
    guard common.output != "-" else { throw ValidationError("-o must name a folder") }
  }

  func run() throws {
    if planning.showPrecision {
      return try replaceFile(common.output, bytes: Array("\(training.precision.name)\n".utf8))
    }
    if planning.estimate { return try estimate() }
    let signals = StopSignals()
    let stream = try prepared.stream.map { try StreamFile($0) }
    let weights =
      try stream?.header.weights ?? data.weights { common.note("train-expert: \($0)") }
    let folders = try data.folders(weights)
    let tokenizer = try data.readTokenizer(folders)
    let digests = try data.digests(folders, tokenizer: tokenizer)
    let tokens = folders[0].contents
    let config = try shape.config(
      vocabularySize: tokens.vocabulary, endOfText: tokens.endOfText)
    let asked = training.stepCount(context: config.context)
    let steps = asked ?? stream?.header.steps ?? 0
    let perStep = training.batchSize * config.context
    let pools = try repetition.pools(
      folders, proxyTokens: steps * perStep, tokensPerStep: perStep
    ) { common.note("train-expert: \($0)") }
    let source: any SequenceSource =
      try stream.map {
        try StreamOptions.source(
          $0, digests: digests, seed: common.seed, context: config.context,
          batch: training.batchSize, steps: asked)
      }
      ?? MixedStream(
        folders, weights: weights, pools: pools.tokens, context: config.context,
        seed: common.seed)
    let poolFlags =
      stream.map { PoolOptions.flags(of: $0.header.provenance) } ?? pools.flags

    let pool = WorkerPool(threads: common.threadCount)
    let precision = training.precision.chosen
    try requireMemory(config, training.options(steps: steps), precision)
    let parameters = Parameters(
      config, precision: precision, seed: common.seed, initStd: shape.deviation, pool: pool)
    let folder = common.output
    let lock = try FolderLock(folder)
    defer { withExtendedLifetime(lock) {} }
    let provenance = Provenance(
      format: RunRecord.format, version: RunRecord.version, tool: .trainExpert,
      flags: shape.flags.merging(training.flags(steps: steps, precision: precision)) { $1 }
        .merging(poolFlags) { $1 },
      seed: common.seed, inputs: digests)
    let point = ResumePoint(
      folder + "/resume.zst", provenance: provenance, weights: weights,
      length: parameters.layout.length)
    var log: [TrainingStep] = []
    if !training.initial {
      var trainer = Trainer(
        parameters, training.options(steps: steps), source: source,
        validation: try Validation(
          folders, tokens: training.evalTokens, parameters: parameters, threads: pool.threads),
        pool: pool)
      log = try train(&trainer, point, signals)
    }

    let closing = log.suffix(max(1, steps / 10)).map(\.loss)
    let record = RunRecord(
      provenance: provenance, id: id, weights: weights,
      tokens: Dictionary(uniqueKeysWithValues: source.taken.map { ($0.domain, $0.tokens) }),
      epochs: Dictionary(uniqueKeysWithValues: source.taken.map { ($0.domain, $0.epochs) }),
      pool: poolFlags.isEmpty ? nil : source.available, steps: log.count,
      parameters: parameters.layout.parameterCount,
      trainingLoss: log.isEmpty ? nil : closing.reduce(0, +) / Double(closing.count),
      validationLosses: log.last?.validation ?? [:])
    let logFile = try LineWriter(folder + "/log.jsonl")
    for step in log { try logFile.write(JSON.encode(step)) }
    try logFile.commit()
    try replaceFile(folder + "/tokenizer.json", bytes: tokenizer.bytes)
    try replaceFile(folder + "/run.json", bytes: JSON.encode(record) + [10])
    try parameters.write(to: folder)
    try point.remove()
  }

  /// Checks, before any is taken, that there is enough memory.
  private func requireMemory(
    _ config: ModelConfig, _ options: Trainer.Options, _ precision: Precision
  ) throws {
    let estimate = TrainingEstimate(config, options, precision: precision)
    let needed = estimate.parameterBytes + estimate.activationBytes
    let limit = memoryLimit()
    guard needed <= limit else {
      throw MemoryError(
        needed: needed, limit: limit,
        remedy: "take a smaller model, --micro-batch-size or --recompute")
    }
  }

  private func estimate() throws {
    let tokens = try data.tokens.first.map { try TokenFolder($0).contents }
    guard let vocabularySize = planning.vocabSize ?? tokens?.vocabulary else {
      throw UsageError("--estimate needs --vocab-size, or the token folders")
    }
    let config = try shape.config(
      vocabularySize: vocabularySize, endOfText: tokens?.endOfText ?? 0)
    try training.requireSteps()
    let options = training.options(steps: training.stepCount(context: config.context) ?? 0)
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
}
