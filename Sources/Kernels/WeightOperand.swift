/// A weight matrix w (outputs, inputs) as the operand of products.
///
/// They are `x · wᵀ` in the forward pass and `dy · w` in the backward pass.
package final class WeightOperand: Sendable {
  private let weights: Matrix
  private let forwardPanels: PanelTensor  // (inputs, outputs)
  private let backwardPanels: PanelTensor  // (outputs, inputs)

  /// The operand wᵀ of the forward pass.
  package var forward: Panels { forwardPanels.view }
  private let backward: Panels?
  /// The operand w of the backward pass, which only a model that is trained has.
  package var trained: Panels {
    guard let backward else { preconditionFailure("these weights are not trained") }
    return backward
  }

  /// Allocates the operands of `weights`, which `refresh` fills.
  ///
  /// - Parameters:
  ///   - weights: The matrix, Float32, with a row for each output.
  ///   - isTrained: Whether there will be a backward pass.
  package init(_ weights: Matrix, precision: Precision, isTrained: Bool) {
    self.weights = weights
    forwardPanels = PanelTensor(
      inner: weights.columns, columns: weights.rows, precision: precision)
    backwardPanels = PanelTensor(
      inner: isTrained ? weights.rows : 0, columns: isTrained ? weights.columns : 0,
      precision: precision)
    backward = isTrained ? backwardPanels.view : nil
  }

  /// Copies the weights of `outputs`, which have changed and start with a panel, into the operands.
  package func refresh(_ outputs: Range<Int>) {
    let changed = weights.rows(outputs)
    forward.columns(outputs).copy(transposed: changed)
    if backwardPanels.view.inner > 0 { backwardPanels.view.inner(outputs).copy(changed) }
  }
}
