package import Mixtures

// What bounds a proposal, and how far from it mixtures are as good.
extension Proposal {
  /// The bounds of one domain's weight.
  package struct Constraint: Codable, Equatable, Sendable {
    package var minimum: Double
    package var maximum: Double
    /// The origin of the maximum: `epochs`, `observed`, `asked`, `fixed`, or empty.
    package var reason: String
    /// The bound that the proposal touches, if any: `minimum`, `maximum`, or `both` if they are
    /// equal.
    package var binding: String?
    /// The change of the predicted objective in nats per token if `binding` gave way by 0.01.
    package var price: Double?

    package init(
      minimum: Double, maximum: Double, reason: String, binding: String?, price: Double?
    ) {
      (self.minimum, self.maximum, self.reason) = (minimum, maximum, reason)
      (self.binding, self.price) = (binding, price)
    }
  }

  /// A function of the weights, such as a sum, with its bounds.
  package struct Limit: Codable, Equatable, Sendable {
    package var name: String
    /// The value at the proposal.
    package var value: Double
    package var minimum: Double?
    package var maximum: Double?
    package var binding: String?
    package var price: Double?

    package init(
      name: String, value: Double, minimum: Double?, maximum: Double?, binding: String?,
      price: Double?
    ) {
      (self.name, self.value, self.minimum, self.maximum) = (name, value, minimum, maximum)
      (self.binding, self.price) = (binding, price)
    }
  }

  /// The range of each weight in mixtures that are within `epsilon` of the best prediction.
  package struct Region: Codable, Equatable, Sendable {
    /// The distance from the best objective, in nats per token.
    package var epsilon: Double
    /// The smallest and the largest weight of each domain.
    package var weights: [String: [Double]]

    package init(epsilon: Double, weights: [String: [Double]]) {
      (self.epsilon, self.weights) = (epsilon, weights)
    }
  }

  /// Mixtures of which none is predicted to be better than another in both objectives.
  package struct Pareto: Codable, Equatable, Sendable {
    package struct Point: Codable, Equatable, Sendable {
      package var weights: Mixture
      /// The predicted values in the order of `objectives`, in nats per token.
      package var values: [Double]

      package init(weights: Mixture, values: [Double]) {
        (self.weights, self.values) = (weights, values)
      }
    }

    package var objectives: [Objective]
    package var points: [Point]

    package init(objectives: [Objective], points: [Point]) {
      (self.objectives, self.points) = (objectives, points)
    }
  }
}
