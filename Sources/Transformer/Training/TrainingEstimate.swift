package import Formats
package import Kernels
package import Parallel

/// An estimate of what a training run takes: operations, memory and time.
package struct TrainingEstimate {
  private let config: ModelConfig
  private let options: Trainer.Options
  private let precision: Precision

  package init(_ config: ModelConfig, _ options: Trainer.Options, precision: Precision) {
    (self.config, self.options, self.precision) = (config, options, precision)
  }

  /// The number of parameters; shared ones are counted once.
  package var parameters: Int { ParameterLayout(config).parameterCount }
  package var tokensPerStep: Int { options.batchSize * config.context }
  package var tokens: Int { tokensPerStep * options.steps }
  /// The number of floating-point operations of the products of all steps.
  ///
  /// The backward pass has twice as many as the forward pass. Recomputation is not counted, as is
  /// usual.
  package var operations: Double { 3 * Double(config.forwardOperations) * Double(tokens) }

  /// The bytes of the parameters with everything that has their shape.
  ///
  /// That is Float32 masters, gradients, both averages of the optimizer, and two operands.
  package var parameterBytes: Int { parameters * (16 + 2 * precision.bytes) }

  /// The bytes that the passes over one micro-batch need.
  package var activationBytes: Int {
    let rows = options.microBatchSize * config.context
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    let operand = precision.bytes
    let queries = config.heads * config.headSize
    let qkv = queries + 2 * config.keyValueHeads * config.headSize
    let input = 4 * hidden
    let layer = 4 * hidden + operand * (2 * hidden + qkv + queries + 3 * inner)
    let kept = options.recomputes ? layer : layer * config.layers
    // Float32 is summed over where it lies; of bfloat16 all operands are copied.
    let copied = precision == .float32 ? 0 : 3 * hidden + queries + inner
    let products = operand * (hidden + qkv + 2 * inner + copied)
    let ends = 4 * 2 * hidden + operand * 3 * hidden
    let head = operand * min(rows, Blocks.headRows) * (config.vocabularySize + hidden)
    return rows * (kept + config.layers * input + products + ends) + head
  }

  /// The number of operations carried out for one token, those of recomputation included.
  private func operationsPerToken(_ config: ModelConfig) -> Int {
    3 * config.forwardOperations
      + (options.recomputes ? config.layers * config.operationsComputedAgain : 0)
  }

  /// The seconds of all steps at the speed of two layers of this shape, measured on a small batch.
  package func seconds(_ pool: WorkerPool) -> Double {
    var short = config
    short.layers = min(config.layers, 2)
    let sequences = min(options.batchSize, max(2 * pool.threads, 2048 / config.context))
    var work = SyntheticWork(
      .train, short, sequences: sequences, keeping: options.recomputes ? .layerInputs : .all,
      precision: precision, pool: pool)
    work.run()
    let operationsPerSecond = Double(operationsPerToken(short)) * work.rate(seconds: 3)
    return Double(operationsPerToken(config)) * Double(tokens) / operationsPerSecond
  }
}

extension ModelConfig {
  /// The number of operations of the products for one token of a forward pass.
  ///
  /// Attention counts with half of time², since a token sees no later ones.
  package var forwardOperations: Int { layers * layerOperations + 2 * hiddenSize * vocabularySize }

  /// The number of operations of one layer for one token.
  private var layerOperations: Int {
    let projections = 2 * (heads + keyValueHeads) * headSize * hiddenSize
    return 2 * (projections + 3 * hiddenSize * intermediateSize) + 2 * heads * headSize
      * (context + 1)
  }

  /// The number of operations of one layer that the backward pass does again: all but the last
  /// product.
  fileprivate var operationsComputedAgain: Int {
    layerOperations - 2 * hiddenSize * intermediateSize
  }
}
