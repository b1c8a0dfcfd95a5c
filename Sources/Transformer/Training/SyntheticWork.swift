package import Formats
package import Kernels
package import Parallel

/// Steps of training, or passes of scoring, on random tokens, whose speed is measured.
package struct SyntheticWork {
  package enum Kind: String, CaseIterable, Sendable {
    case train, score
  }

  private let parameters: Parameters
  private let activations: Activations
  private let gradients: Gradients?
  private let optimizer: Optimizer?
  private let pool: WorkerPool
  private var batch: Batch
  private var step = 0

  package var tokensPerStep: Int { activations.rows }

  /// Draws parameters and a batch of `sequences` sequences, as long as the context.
  ///
  /// - Parameter kept: What training keeps; scoring keeps nothing.
  package init(
    _ kind: Kind, _ config: ModelConfig, sequences: Int, keeping kept: KeptActivations = .all,
    precision: Precision, pool: WorkerPool
  ) {
    self.pool = pool
    parameters = Parameters(
      config, precision: precision, isTrained: kind == .train, seed: 1, initStd: 0.02, pool: pool)
    activations = Activations(
      config, sequences: sequences, time: config.context, precision: precision,
      threads: pool.threads, keeping: kind == .train ? kept : .nothing)
    gradients = kind == .train ? Gradients(parameters, activations) : nil
    optimizer = kind == .train ? Optimizer(parameters, Optimizer.Options()) : nil
    batch = Batch(sequences: sequences, time: config.context)
    var random = RandomStream(seed: 1, purpose: "benchmark")
    for i in batch.tokens.indices {
      batch.tokens[i] = Int32(random.index(below: config.vocabularySize))
      batch.targets[i] = Int32(random.index(below: config.vocabularySize))
    }
  }

  /// Takes one step of training, with everything that belongs to it, or one pass of scoring.
  package mutating func run() {
    step += 1
    parameters.forward(batch, activations, scoring: gradients == nil, pool)
    if let gradients, let optimizer {
      _ = gradients.backward(
        batch, weight: 1 / Float(tokensPerStep), adding: false, pool)
      optimizer.step(
        step, rate: 3e-4, gradients, norm: gradients.norm, pool)
    }
  }

  /// The number of tokens per second, measured over at least `seconds`.
  package mutating func rate(seconds: Double) -> Double {
    let start = ContinuousClock.now
    var (steps, elapsed) = (0, 0.0)
    repeat {
      run()
      steps += 1
      elapsed = (ContinuousClock.now - start) / .seconds(1)
    } while elapsed < seconds
    return Double(steps * tokensPerStep) / elapsed
  }
}
