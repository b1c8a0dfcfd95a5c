package import Formats
package import Kernels
package import Parallel

/// What a training run will take.
package struct TrainingEstimate {
  private let config: ModelConfig
  private let options: Trainer.Options
  private let precision: Precision

  package init(_ config: ModelConfig, _ options: Trainer.Options, precision: Precision) {
    (self.config, self.options, self.precision) = (config, options, precision)
  }

  package var parameters: Int { ParameterLayout(config).parameterCount }
  package var tokensPerStep: Int { options.batchSize * config.context }
  package var tokens: Int { tokensPerStep * options.steps }
  /// Operations of the products: a forward pass, and twice as many backward. Recomputation is not
  /// counted, as is usual.
  package var operations: Double { 3 * Double(config.forwardOperations) * Double(tokens) }

  /// Bytes of the parameters with everything that has their shape: Float32 masters, gradients and
  /// both averages of the optimizer, and the operands of products.
  package var parameterBytes: Int { parameters * (16 + 4) }

  /// Bytes that the passes over one micro-batch need.
  package var activationBytes: Int {
    let rows = options.microBatchSize * config.context
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    let operand = precision.bytes
    let queries = config.heads * config.headSize
    let qkv = queries + 2 * config.keyValueHeads * config.headSize
    let input = 4 * hidden
    let layer = 4 * hidden + operand * (2 * hidden + qkv + queries + 3 * inner)
    let kept = options.recomputes ? layer : layer * config.layers
    let products = operand * (4 * hidden + qkv + queries + 3 * inner)
    let ends = 4 * 2 * hidden + operand * 2 * hidden
    let head = operand * min(rows, Blocks.headRows) * (config.vocabularySize + hidden)
    return rows * (kept + config.layers * input + products + ends) + head
  }

  /// Operations of the products that are carried out for one token: with recomputation, more than counted.
  private func operationsPerToken(_ config: ModelConfig) -> Int {
    3 * config.forwardOperations
      + (options.recomputes ? config.layers * config.operationsComputedAgain : 0)
  }

  /// Seconds of all steps at the speed of two layers of this shape, measured on a small batch.
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
  /// Operations of the matrix products for one token of a forward pass, attention at half of time².
  package var forwardOperations: Int { layers * layerOperations + 2 * hiddenSize * vocabularySize }

  /// Of one layer.
  private var layerOperations: Int {
    let projections = 2 * (heads + keyValueHeads) * headSize * hiddenSize
    return 2 * (projections + 3 * hiddenSize * intermediateSize) + 2 * heads * headSize
      * (context + 1)
  }

  /// Of one layer, where the backward pass computes it again: all but the last product.
  fileprivate var operationsComputedAgain: Int {
    layerOperations - 2 * hiddenSize * intermediateSize
  }
}
