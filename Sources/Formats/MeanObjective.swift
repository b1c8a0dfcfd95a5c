/// Σ_j weight_j · loss_j over evaluation sets.
package struct MeanObjective: Codable, Equatable, Sendable {
  package var name: String
  package var weights: [String: Double]
  package init(name: String, weights: [String: Double]) {
    (self.name, self.weights) = (name, weights)
  }
}
