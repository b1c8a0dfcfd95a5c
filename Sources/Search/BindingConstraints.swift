import Constraints
import Formats
import Mixtures

// The prices of the constraints and guards of a search, from Lagrange multipliers.
extension ProposalBuilder {
  /// Returns the bounds of every domain, with the prices of those that the proposal touches.
  ///
  /// Those of a domain in a group are its share of the group's, and a hundredth of its weight is
  /// more of the group's.
  func constraints(_ found: FoundMixture) -> [String: Proposal.Constraint] {
    let ofParts = constraintsOfParts(found)
    return domains.dictionary(
      zip(groups.partOf, groups.ratios).map { part, ratio in
        var bound = ofParts[part]
        if ratio == 1 { return bound }
        (bound.minimum, bound.maximum) = (ratio * bound.minimum, ratio * bound.maximum)
        bound.price = bound.price.map { $0 / ratio }
        return bound
      })
  }

  private func constraintsOfParts(_ found: FoundMixture) -> [Proposal.Constraint] {
    feasible.domains.indices.map { i in
      let (low, high) = (feasible.minimum[i], feasible.maximum[i])
      let (lower, upper) = (found.multipliers?.lower[i], found.multipliers?.upper[i])
      let binding = high - low <= 1e-12 ? "both" : Self.binding(found.weights[i], low, high)
      // A minimum of 0 cannot be lowered, so it has no price.
      let price: Double? =
        switch (binding, lower, upper) {
        case ("minimum", let lower?, _) where low > 0: -0.01 * lower
        case ("maximum", _, let upper?): -0.01 * upper
        case ("both", let lower?, let upper?): -0.01 * (low > 0 ? max(lower, upper) : upper)
        default: nil
        }
      return .init(
        minimum: low, maximum: high, reason: feasible.reasons[i], binding: binding, price: price)
    }
  }

  /// Returns the values and prices of group sums, frozen ratios and the distance from a mixture.
  func limits(_ found: FoundMixture) -> [Proposal.Limit] {
    let multipliers = found.multipliers?.limits.map { Double?.some($0) }
    var limits = zip(feasible.limits, multipliers ?? feasible.limits.map { _ in nil }).map {
      limit, multiplier in
      let value = limit.value(at: found.weights)
      let binding = limit.isEquality ? "both" : Self.binding(value, limit.low, limit.high)
      return Proposal.Limit(
        name: limit.name, value: value, minimum: limit.low.isFinite ? limit.low : nil,
        maximum: limit.high.isFinite ? limit.high : nil, binding: binding,
        price: binding == nil ? nil : multiplier.map { -0.01 * abs($0) })
    }
    if let distance = feasible.distance {
      let value = distance.value(at: found.weights)
      let binding = Self.binding(value, -.infinity, distance.radius)
      limits.append(
        .init(
          name: distance.description, value: value, minimum: nil, maximum: distance.radius,
          binding: binding,
          price: binding == nil ? nil : found.multipliers.map { -0.01 * $0.distance }))
    }
    return limits
  }

  /// Returns the guards at the proposal, with the prices of those that bind.
  func guards(_ results: Results) -> [Proposal.Guard] {
    let (objective, found) = (results.objective, results.found)
    guard let bounds = objective.guards else { return [] }
    let values = objective.values(found.weights).suffix(bounds.rows.count)
    let margins = objective.margins(found.weights)
    return bounds.guards.enumerated().map { owner, bound in
      let rows = zip(values, margins).enumerated().filter { bounds.owners[$0.offset] == owner }
      // Of the largest of several losses, the row of the largest.
      let (value, margin) = rows.map(\.element).max { $0.0 < $1.0 } ?? (.nan, 0)
      let right = bound.sign * (bounds.limits[rows.first?.offset ?? 0])
      let price = found.guardMultipliers.map { multipliers in
        -0.01 * rows.reduce(0) { $0 + multipliers[$1.offset] }
      }
      let isBinding = value >= -GuardBounds.tolerance
      return Proposal.Guard(
        text: bound.text.description, left: right + bound.sign * (value - margin), right: right,
        margin: results.confidence.map { _ in margin }, confidence: results.confidence,
        slack: -value, isBinding: isBinding, price: isBinding ? price : nil,
        isConvex: results.minimized == .mde && bounds.isConvex(owner))
    }
  }

  /// Returns which of its two bounds a value touches; nil if neither.
  private static func binding(_ value: Double, _ low: Double, _ high: Double) -> String? {
    value <= low + 1e-6 ? "minimum" : value >= high - 1e-6 ? "maximum" : nil
  }
}
