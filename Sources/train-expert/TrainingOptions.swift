import ArgumentParser
import Kernels
import ToolKit
import Transformer

/// How the model is trained, under the names of the field.
struct TrainingOptions: ParsableArguments {
  @Option(name: [.long, .customLong("batch")], help: "Sequences in a step.") var batchSize = 4
  @Option(
    name: [.long, .customLong("micro-batch")],
    help: """
      Sequences in memory at once, a divisor of --batch-size; by default all. Gradients are added \
      up, so fewer give the same step but for rounding.
      """)
  var microBatchSize: Int?
  @Flag(
    help:
      "Keep one layer's activations and compute them again when they are needed: the same model.")
  var recompute = false
  @Option(help: "Steps.") var steps: Int?
  @Option(help: "Tokens to train on, instead of --steps; rounded up to whole steps.")
  var trainTokens: Int?
  @Flag(help: "Write the initial model, from which other trainers can start, and stop.")
  var initial = false
  @Option(help: "Highest learning rate.") var learningRate = 5e-3
  @Option(
    name: [.long, .customLong("final-rate")],
    help: "Share of the highest learning rate at the end.")
  var minLrRatio = 0.1
  @Option(help: "Steps of linear warm-up; by default a twentieth of all.") var warmup: Int?
  @Option(help: "Weight decay of matrices.") var weightDecay = Optimizer.Options().weightDecay
  @Option(name: [.long, .customLong("clip")], help: "Largest norm of the gradient.")
  var gradClip = Optimizer.Options().gradClip
  @Option(help: "Decay of the gradient's mean.") var beta1 = Optimizer.Options().beta1
  @Option(help: "Decay of its square's mean.") var beta2 = Optimizer.Options().beta2
  @Option(help: "Steps between validations; by default a quarter of all.") var evalEvery: Int?
  @Option(help: "Validation tokens of each domain.") var evalTokens = 8192
  @Option(help: "When to save a resume point: every 500 steps, or 10min; 0 only when stopped.")
  var saveEvery = SaveInterval.minutes(10)
  @OptionGroup var precision: PrecisionOptions

  func validate() throws {
    for (name, value) in [
      ("batch-size", batchSize), ("micro-batch-size", microBatchSize ?? 1), ("steps", steps ?? 1),
      ("train-tokens", trainTokens ?? 1),
      ("eval-every", evalEvery ?? 1), ("eval-tokens", evalTokens),
    ] where value < 1 { throw ValidationError("--\(name) must be positive, not \(value)") }
    guard batchSize % (microBatchSize ?? batchSize) == 0 else {
      throw ValidationError(
        "--micro-batch-size \(microBatchSize ?? 0) must divide --batch-size \(batchSize)")
    }
    guard learningRate > 0, gradClip > 0, weightDecay >= 0, warmup ?? 0 >= 0,
      0...1 ~= minLrRatio, 0..<1 ~= beta1, 0..<1 ~= beta2
    else {
      throw ValidationError(
        "--learning-rate and --grad-clip must be positive, --weight-decay and --warmup not "
          + "negative, --min-lr-ratio and betas between 0 and 1"
      )
    }
  }

  /// Requires that the flags say how many steps to take.
  ///
  /// - Throws: `ValidationError` if they do not.
  func requireSteps() throws {
    guard (steps == nil) != (trainTokens == nil) else {
      throw ValidationError("give either --steps or --train-tokens")
    }
  }

  /// The steps of the training, of `context` tokens a sequence; nil if the flags do not say.
  func stepCount(context: Int) -> Int? {
    let perStep = batchSize * context
    return steps ?? trainTokens.map { ($0 + perStep - 1) / perStep }
  }

  /// The options of a trainer that takes `steps` steps.
  func options(steps: Int) -> Trainer.Options {
    var optimizer = Optimizer.Options()
    (optimizer.beta1, optimizer.beta2) = (beta1, beta2)
    (optimizer.weightDecay, optimizer.gradClip) = (weightDecay, gradClip)
    return Trainer.Options(
      batchSize: batchSize, microBatchSize: microBatchSize ?? batchSize, recomputes: recompute,
      steps: steps,
      schedule: LearningRateSchedule(
        peak: learningRate, warmup: warmup ?? steps / 20, steps: steps, minRatio: minLrRatio),
      optimizer: optimizer, validateEvery: validateEvery(steps: steps))
  }

  private func validateEvery(steps: Int) -> Int { evalEvery ?? max(1, steps / 4) }

  /// The flags with their values, defaults included, as the provenance of a model has them.
  func flags(steps: Int, precision: Precision) -> [String: String] {
    [
      "batch-size": "\(batchSize)", "micro-batch-size": "\(microBatchSize ?? batchSize)",
      "steps": "\(steps)", "learning-rate": "\(learningRate)", "min-lr-ratio": "\(minLrRatio)",
      "warmup": "\(warmup ?? steps / 20)", "weight-decay": "\(weightDecay)",
      "grad-clip": "\(gradClip)", "beta1": "\(beta1)", "beta2": "\(beta2)",
      "eval-every": "\(validateEvery(steps: steps))", "eval-tokens": "\(evalTokens)",
      "precision": precision.rawValue,
    ]
  }
}
