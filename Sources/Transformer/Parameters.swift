package import Formats
import Foundation
package import Kernels

/// The parameters of a model: Float32, with a copy in the precision of products.
package final class Parameters: Sendable {
  package let layout: ParameterLayout
  package let precision: Precision
  private let masters: Tensor
  private let copies: Tensor
  let views: ParameterViews
  /// The same matrices as operands of products.
  let operands: ParameterViews

  package var config: ModelConfig { layout.config }
  /// All parameters in one row, in the order of the layout.
  package var vector: Matrix { masters.view }
  /// The same row in the precision of products; the row itself if that is Float32.
  var operandVector: Matrix { precision == .float32 ? masters.view : copies.view }

  /// Parameters that are all 0.
  package init(_ config: ModelConfig, precision: Precision) {
    layout = ParameterLayout(config)
    self.precision = precision
    masters = Tensor(rows: 1, columns: layout.length)
    copies = Tensor(
      rows: 1, columns: precision == .float32 ? 0 : layout.length, precision: precision)
    views = ParameterViews(layout, of: masters.view)
    operands = ParameterViews(
      layout, of: precision == .float32 ? masters.view : copies.view)
  }

  /// Random parameters, that depend only on the seed and on each parameter's name and shape.
  ///
  /// Matrices are normal with deviation `spread`, those that write to the residual stream divided
  /// by √(2 · layers), so that its variance does not grow with depth; gains are 1.
  /// Source: Radford et al. 2019 (GPT-2), section 2.3.
  package convenience init(
    _ config: ModelConfig, precision: Precision, seed: UInt64, spread: Double
  ) {
    self.init(config, precision: precision)
    for entry in layout.entries {
      let values = vector.reshaped(from: entry.offset, rows: 1, columns: entry.count)
      guard entry.decays else {
        values.fill(1)
        continue
      }
      var random = RandomStream(seed: seed, purpose: "initial \(entry.name)")
      let writesResidual =
        entry.name.hasSuffix("o_proj.weight") || entry.name.hasSuffix("down_proj.weight")
      let deviation = writesResidual ? spread / Double(2 * config.layers).squareRoot() : spread
      for i in 0..<entry.count { values[0, i] = Float(deviation * random.normal()) }
    }
    refreshOperands()
  }

  /// Copies the parameters into the precision of products.
  package func refreshOperands() {
    if precision != .float32 { operandVector.copy(vector) }
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
