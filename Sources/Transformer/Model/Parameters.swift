package import Formats
import Foundation
package import Kernels
package import Parallel

/// The parameters of a model: Float32, with copies of the matrices as operands of products.
package final class Parameters: Sendable {
  package let layout: ParameterLayout
  package let precision: Precision
  private let masters: Tensor
  let views: ParameterViews
  let operands: Operands

  /// The matrices of the model, ready for products.
  struct Operands: Sendable {
    struct Layer: Sendable {
      let qkv, output, gate, up, down: WeightOperand
    }
    let layers: [Layer]
    let head: WeightOperand
  }

  /// A part of the parameters that is updated as one: a matrix, or a gain, which has one column.
  struct Group: Sendable {
    /// The index in the layout of the first of rows · columns elements.
    let offset: Int
    let rows: Int
    let columns: Int
    /// Whether weight decay applies: to matrices, not to gains.
    let decays: Bool
    /// The operand of a matrix; nil for a gain.
    let operand: WeightOperand?
  }

  package var config: ModelConfig { layout.config }
  /// All parameters in one row, in the order of the layout.
  package var vector: Matrix { masters.view }

  /// Allocates parameters that are all 0.
  ///
  /// - Parameter isTrained: Whether there will be a backward pass, whose operands take memory too.
  package init(_ config: ModelConfig, precision: Precision, isTrained: Bool = true) {
    layout = ParameterLayout(config)
    self.precision = precision
    masters = Tensor(rows: 1, columns: layout.length)
    let views = ParameterViews(layout, of: masters.view)
    func operand(_ weights: Matrix) -> WeightOperand {
      WeightOperand(weights, precision: precision, isTrained: isTrained)
    }
    self.views = views
    operands = Operands(
      layers: views.layers.map {
        .init(
          qkv: operand($0.qkv), output: operand($0.output), gate: operand($0.gate),
          up: operand($0.up), down: operand($0.down))
      }, head: operand(views.head))
  }

  /// All groups, in the order of the layout.
  var groups: [Group] {
    var groups: [Group] = []
    var index = 0
    /// Appends the group of the next `members` entries of the layout.
    func next(_ operand: WeightOperand?, members: Int = 1) {
      let entries = layout.entries[index..<index + members]
      index += members
      let decays = entries.first?.decays ?? false
      let columns = decays ? entries.first?.shape[1] ?? 1 : 1
      groups.append(
        Group(
          offset: entries.first?.offset ?? 0,
          rows: entries.reduce(0) { $0 + $1.count } / columns, columns: columns, decays: decays,
          operand: operand))
    }
    next(config.tiesEmbeddings ? operands.head : nil)
    for layer in operands.layers {
      next(nil)
      next(layer.qkv, members: 3)
      next(layer.output)
      next(nil)
      for operand in [layer.gate, layer.up, layer.down] { next(operand) }
    }
    next(nil)
    if !config.tiesEmbeddings { next(operands.head) }
    precondition(index == layout.entries.count)
    return groups
  }

  /// Draws random parameters, which depend only on the seed and on each parameter's name and shape.
  ///
  /// Matrices are normal with the standard deviation `initStd`. Those that write to the residual
  /// stream are divided by √(2 · layers), so that its variance does not grow with depth. Gains are
  /// 1.
  /// Source: Radford et al. 2019 (GPT-2), section 2.3.
  package convenience init(
    _ config: ModelConfig, precision: Precision, isTrained: Bool = true, seed: UInt64,
    initStd: Double, pool: WorkerPool
  ) {
    self.init(config, precision: precision, isTrained: isTrained)
    pool.run(tasks: layout.entries.count) { index, _ in
      let entry = layout.entries[index]
      let values = vector.reshaped(from: entry.offset, rows: 1, columns: entry.count)
      guard entry.decays else { return values.fill(1) }
      var random = RandomStream(seed: seed, purpose: "initial \(entry.name)")
      let writesResidual =
        entry.name.hasSuffix("o_proj.weight") || entry.name.hasSuffix("down_proj.weight")
      let deviation = writesResidual ? initStd / Double(2 * config.layers).squareRoot() : initStd
      for i in 0..<entry.count { values[0, i] = Float(deviation * random.normal()) }
    }
    refreshOperands()
  }

  /// Makes the operands of all matrices from the parameters.
  package func refreshOperands() {
    for group in groups { group.operand?.refresh(0..<group.rows) }
  }

  /// The values of one parameter.
  package subscript(entry: ParameterLayout.Entry) -> [Float] {
    get { (0..<entry.count).map { vector[0, entry.offset + $0] } }
    set {
      precondition(newValue.count == entry.count, entry.name)
      for i in 0..<entry.count { vector[0, entry.offset + i] = newValue[i] }
    }
  }
}

extension RandomStream {
  /// A standard normal draw (Box, Muller 1958; the second of the pair is not used).
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * .pi * unit())
  }
}
