package import Formats
import Kernels
package import Parallel
import Storage
package import Streams

/// A training of a model on a mixture of domains.
package struct Trainer {
  package struct Options: Sendable {
    /// The number of sequences in a step.
    package var batchSize: Int
    /// The number of sequences whose activations are in memory at once; it divides `batchSize`.
    package var microBatchSize: Int
    /// Whether the backward pass computes activations again instead of keeping them.
    package var recomputes: Bool
    /// The number of steps of the whole training.
    package var steps: Int
    package var schedule: LearningRateSchedule
    package var optimizer: Optimizer.Options
    /// The number of steps between validations; there is always one after the last step.
    package var validateEvery: Int

    package init(
      batchSize: Int, microBatchSize: Int, recomputes: Bool, steps: Int,
      schedule: LearningRateSchedule, optimizer: Optimizer.Options, validateEvery: Int
    ) {
      precondition(
        batchSize % microBatchSize == 0,
        "\(batchSize) sequences in batches of \(microBatchSize)")
      (self.batchSize, self.microBatchSize) = (batchSize, microBatchSize)
      (self.recomputes, self.steps, self.schedule) = (recomputes, steps, schedule)
      (self.optimizer, self.validateEvery) = (optimizer, validateEvery)
    }
  }

  package let parameters: Parameters
  package let options: Options
  private let optimizer: Optimizer
  /// The sequences to learn.
  package let source: any SequenceSource
  private let validation: Validation
  private let pool: WorkerPool
  private var stepsTaken = 0

  /// Prepares to train `parameters`, which are changed in place.
  ///
  /// - Parameter source: Sequences as long as the context of the model.
  package init(
    _ parameters: Parameters, _ options: Options, source: any SequenceSource,
    validation: Validation, pool: WorkerPool
  ) {
    precondition(source.context == parameters.config.context, "sequences of another length")
    (self.parameters, self.options) = (parameters, options)
    (self.source, self.validation, self.pool) = (source, validation, pool)
    optimizer = Optimizer(parameters, options.optimizer)
  }

  /// The vectors, all of one length, that the next steps depend on beside their number.
  var state: [Matrix] { [parameters.vector, optimizer.mean.view, optimizer.square.view] }

  /// Goes on after `steps` steps whose `state` is in place.
  ///
  /// - Throws: `FileError` if the tokens cannot be read.
  mutating func skip(steps: Int) throws(FileError) {
    stepsTaken = steps
    parameters.refreshOperands()
    try source.skip(sequences: steps * options.batchSize)
  }

  /// Takes the steps that are left, one at a time.
  ///
  /// - Parameter report: A closure that is called after each step, with the trainer as it is then.
  /// - Throws: `TrainingError.diverged` if a loss is not finite, `.file` if the tokens cannot be
  ///   read, and what `report` throws.
  package mutating func run(
    report: (_ trainer: Trainer, TrainingStep) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    let time = parameters.config.context
    let activations = Activations(
      parameters.config, sequences: options.microBatchSize, time: time,
      precision: parameters.precision, threads: pool.threads,
      keeping: options.recomputes ? .layerInputs : .all)
    let gradients = Gradients(parameters, activations)
    var batch = Batch(sequences: options.microBatchSize, time: time)
    let targets = options.batchSize * time
    var lastLoss: Double?
    while stepsTaken < options.steps {
      let step = stepsTaken + 1
      var total = 0.0
      for start in stride(from: 0, to: options.batchSize, by: options.microBatchSize) {
        try fill(&batch)
        parameters.forward(batch, activations, pool)
        total += gradients.backward(
          batch, weight: 1 / Float(targets), adding: start > 0, pool)
      }
      let loss = total / Double(targets)
      let norm = gradients.norm
      guard loss.isFinite, norm.isFinite else {
        throw .diverged(step: step, lastLoss: lastLoss)
      }
      lastLoss = loss
      let rate = options.schedule.rate(step)
      optimizer.step(step, rate: Float(rate), gradients, norm: norm, pool)
      stepsTaken = step
      let isValidated = step == options.steps || step % options.validateEvery == 0
      let measured = isValidated ? validation.losses(parameters, pool) : nil
      guard measured?.values.allSatisfy(\.isFinite) != false else {
        throw .diverged(step: step, lastLoss: loss)
      }
      let taken = TrainingStep(
        step: step, tokens: step * options.batchSize * time, loss: loss, learningRate: rate,
        gradientNorm: norm, validation: measured)
      try report(self, taken)
    }
  }

  /// Fills the batch with the next sequences.
  private func fill(_ batch: inout Batch) throws(TrainingError) {
    for index in 0..<batch.sequences {
      let ids = try wrapping { () throws(FileError) in try source.next().ids }
      for (t, (id, target)) in zip(ids, ids.dropFirst()).enumerated() {
        batch.tokens[index * batch.time + t] = id
        batch.targets[index * batch.time + t] = target
      }
    }
  }
}
