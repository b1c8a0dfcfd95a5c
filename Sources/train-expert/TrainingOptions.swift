import ArgumentParser
import Kernels
import ToolKit
import Transformer

/// How the model is trained, under the names of the field.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Sequences in a step.") var batch = 4
  @Option(
    help: """
      Sequences in memory at once, a divisor of --batch; by default all. Gradients are added up, \
      so fewer give the same step but for rounding.
      """)
  var microBatch: Int?
  @Flag(
    help:
      "Keep one layer's activations and compute them again when they are needed: the same model.")
  var recompute = false
  @Option(help: "Steps.") var steps: Int?
  @Option(help: "Tokens to train on, instead of --steps; rounded up to whole steps.")
  var trainTokens: Int?
  @Option(help: "Highest learning rate.") var learningRate = 5e-3
  @Option(help: "Share of the highest learning rate at the end.") var finalRate = 0.1
  @Option(help: "Steps of linear warm-up; by default a twentieth of all.") var warmup: Int?
  @Option(help: "Weight decay of matrices.") var weightDecay: Float = 0.1
  @Option(help: "Largest norm of the gradient.") var clip: Float = 1
  @Option(help: "Decay of the gradient's mean.") var beta1: Float = 0.9
  @Option(help: "Decay of its square's mean.") var beta2: Float = 0.99
  @Option(help: "Steps between validations; by default a quarter of all.") var evalEvery: Int?
  @Option(help: "Validation tokens of each domain.") var evalTokens = 8192
  @Option(help: "When to save a resume point: every 500 steps, or 10min; 0 only when stopped.")
  var saveEvery = SaveInterval.minutes(10)
  @OptionGroup var precision: PrecisionOptions

  func validate() throws {
    guard (steps == nil) != (trainTokens == nil) else {
      throw ValidationError("give either --steps or --train-tokens")
    }
    for (name, value) in [
      ("batch", batch), ("micro-batch", microBatch ?? 1), ("steps", steps ?? 1),
      ("train-tokens", trainTokens ?? 1),
      ("eval-every", evalEvery ?? 1), ("eval-tokens", evalTokens),
    ] where value < 1 { throw ValidationError("--\(name) must be positive, not \(value)") }
    guard batch % (microBatch ?? batch) == 0 else {
      throw ValidationError("--micro-batch \(microBatch ?? 0) must divide --batch \(batch)")
    }
    guard learningRate > 0, clip > 0, weightDecay >= 0, warmup ?? 0 >= 0,
      0...1 ~= finalRate, 0..<1 ~= beta1, 0..<1 ~= beta2
    else {
      throw ValidationError(
        "--learning-rate and --clip must be positive, --weight-decay and --warmup not negative, --final-rate and betas between 0 and 1"
      )
    }
  }

  func stepCount(context: Int) throws -> Int {
    let perStep = batch * context
    return steps ?? ((trainTokens ?? 0) + perStep - 1) / perStep
  }

  func options(steps: Int) -> Trainer.Options {
    var optimizer = Optimizer.Options()
    (optimizer.beta1, optimizer.beta2) = (beta1, beta2)
    (optimizer.weightDecay, optimizer.clip) = (weightDecay, clip)
    return Trainer.Options(
      batch: batch, microBatch: microBatch ?? batch, recomputes: recompute, steps: steps,
      schedule: Schedule(
        peak: learningRate, warmup: warmup ?? steps / 20, steps: steps, floor: finalRate),
      optimizer: optimizer, validateEvery: validateEvery(steps: steps))
  }

  private func validateEvery(steps: Int) -> Int { evalEvery ?? max(1, steps / 4) }

  func flags(steps: Int, precision: Precision) -> [String: String] {
    [
      "batch": "\(batch)", "micro-batch": "\(microBatch ?? batch)", "steps": "\(steps)",
      "learning-rate": "\(learningRate)",
      "final-rate": "\(finalRate)", "warmup": "\(warmup ?? steps / 20)",
      "weight-decay": "\(weightDecay)", "clip": "\(clip)", "beta1": "\(beta1)", "beta2": "\(beta2)",
      "eval-every": "\(validateEvery(steps: steps))", "eval-tokens": "\(evalTokens)",
      "precision": precision.rawValue,
    ]
  }
}
