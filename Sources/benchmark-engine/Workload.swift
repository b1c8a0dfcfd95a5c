import ArgumentParser
import Formats
import Kernels
import Transformer

/// What is measured.
enum Work: String, ExpressibleByArgument, CaseIterable {
  case train, score
}

/// The shapes that are compared: the peer script has the same.
enum Configuration: String, ExpressibleByArgument, CaseIterable {
  case S, M, L

  private var sizes: (width: Int, layers: Int, heads: Int, inner: Int, vocabulary: Int) {
    switch self {
    case .S: (128, 4, 4, 344, 4096)
    case .M: (256, 6, 8, 688, 8192)
    case .L: (512, 6, 8, 1376, 32_000)
    }
  }
  /// Sequences of a step.
  var batch: Int { self == .S ? 32 : self == .M ? 16 : 4 }

  var model: ModelConfig {
    let context = self == .S ? 128 : self == .M ? 256 : 512
    return ModelConfig(
      vocabulary: sizes.vocabulary, width: sizes.width, layers: sizes.layers, heads: sizes.heads,
      keyHeads: sizes.heads, inner: sizes.inner, context: context)
  }
}

/// Steps of training, or passes of scoring, on random tokens.
struct Workload {
  let work: Work
  private let parameters: Parameters
  private let activations: Activations
  private let gradients: Gradients?
  private let optimizer: Optimizer?
  private let pool: WorkerPool
  private var batch: Batch
  private var step = 0

  var tokensPerStep: Int { activations.rows }

  init(_ work: Work, _ configuration: Configuration, precision: Precision, pool: WorkerPool) {
    (self.work, self.pool) = (work, pool)
    let config = configuration.model
    parameters = Parameters(config, precision: precision, seed: 1, spread: 0.02)
    activations = Activations(
      config, sequences: configuration.batch, time: config.context, precision: precision,
      threads: pool.threads, keeping: work == .train ? .activations : .nothing)
    gradients = work == .train ? Gradients(parameters, activations) : nil
    optimizer = work == .train ? Optimizer(parameters, Optimizer.Options()) : nil
    batch = Batch(sequences: configuration.batch, time: config.context)
    var random = RandomStream(seed: 1, purpose: "benchmark")
    for i in batch.tokens.indices {
      batch.tokens[i] = Int32(random.index(below: config.vocabulary))
      batch.targets[i] = Int32(random.index(below: config.vocabulary))
    }
  }

  /// One step of training with everything that belongs to it, or one pass of scoring.
  mutating func run() {
    step += 1
    parameters.forward(batch, activations, pool)
    if let gradients, let optimizer {
      _ = gradients.backward(
        batch, weight: 1 / Float(tokensPerStep), adding: false, pool)
      optimizer.step(
        step, rate: 3e-4, gradients, norm: optimizer.norm(gradients, pool), pool)
    } else {
      parameters.evaluateLosses(batch, activations, pool)
    }
  }
}

extension ModelConfig {
  /// Operations of the matrix products for one token of a forward pass, attention at half of time².
  var forwardOperations: Int {
    let attention = 2 * (heads + keyHeads) * headSize * width
    return 2 * (layers * (attention + 3 * width * inner) + width * vocabulary)
      + 2 * layers * heads * headSize * (context + 1)
  }
}
