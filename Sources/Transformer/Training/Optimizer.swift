import Kernels
package import Parallel

/// AdamW over all parameters, with clipping of the gradient by its norm.
package final class Optimizer: Sendable {
  package struct Options: Sendable {
    /// The decay of the mean of the gradient.
    package var beta1: Float = 0.9
    /// The decay of the mean of the gradient's square.
    package var beta2: Float = 0.99
    package var epsilon: Float = 1e-8
    /// The decay of matrices, relative to the rate; gains do not decay.
    package var weightDecay: Float = 0.1
    /// The largest norm of the gradient; a larger one is scaled down to it.
    package var gradClip: Float = 1

    package init() {}
  }

  private let parameters: Parameters
  private let options: Options
  let mean: Tensor  // (1, layout.length)
  let square: Tensor  // (1, layout.length)
  private let blocks: [Block]

  /// The parameters that one task updates: some rows of a group.
  private struct Block: Sendable {
    let group: Parameters.Group
    let rows: Range<Int>
    /// The place of the parameters in the layout.
    var range: Range<Int> {
      let start = group.offset
      return start + rows.lowerBound * group.columns..<start + rows.upperBound * group.columns
    }
  }

  /// The number of parameters that a block should have.
  ///
  /// With gradient and averages they stay in the second-level cache until the operands are made.
  private static let blockSize = 1 << 14

  /// Allocates the averages for `parameters`, 0 at first.
  package init(_ parameters: Parameters, _ options: Options) {
    (self.parameters, self.options) = (parameters, options)
    mean = Tensor(rows: 1, columns: parameters.layout.length)
    square = Tensor(rows: 1, columns: parameters.layout.length)
    blocks = parameters.groups.flatMap { group in
      let panels = max(1, Self.blockSize / (group.columns * Panels.width))
      return (0..<group.rows).parts(of: panels * Panels.width).map {
        Block(group: group, rows: $0)
      }
    }
  }

  /// Takes step number `step`, counted from 1, with gradients whose Euclidean norm is `norm`.
  package func step(
    _ step: Int, rate: Float, _ gradients: Gradients, norm: Double, _ pool: WorkerPool
  ) {
    let adam = AdamW(
      rate: rate, beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon, step: step)
    let scale = norm > Double(options.gradClip) ? options.gradClip / Float(norm) : 1
    pool.run(tasks: blocks.count) { block, _ in
      let (group, range) = (blocks[block].group, blocks[block].range)
      adam.update(
        parameters.vector.columns(range), mean: mean.view.columns(range),
        square: square.view.columns(range), gradient: gradients.vector.columns(range),
        gradientScale: scale, decay: group.decays ? options.weightDecay : 0)
      group.operand?.refresh(blocks[block].rows)
    }
  }
}
