package import Constraints
package import Formats
import LinearAlgebra
package import Mixtures

/// A bound on a loss, of which the names are resolved: left ≤ right, or left ≥ right.
package struct LossGuard: Sendable {
  package let text: GuardText
  /// The left side; the largest of its criteria counts.
  package let left: Objective
  /// The mixture whose loss, by the left side, is the right side; nil for a number.
  package let reference: [Double]?

  package init(_ text: GuardText, left: Objective, reference: [Double]?) {
    precondition(text.side == .atMost || left.criteria.count == 1, "a bound that is a choice")
    (self.text, self.left, self.reference) = (text, left, reference)
  }

  /// The factor of losses and limits: 1 for an upper bound, −1 for a lower one.
  var sign: Double { text.side == .atMost ? 1 : -1 }
}

/// Guards as one kind of prediction sees them: row·losses − limit, which may not be positive.
///
/// A lower bound is an upper one of the negative. Where rows are not negative and the losses are
/// convex in the weights, as MDE losses are, the mixtures that keep the guards are a convex set.
package struct GuardBounds: Sendable {
  /// The violation that counts as none, in nats per token.
  package static let tolerance = 1e-6

  package let guards: [LossGuard]
  /// The weights of the losses, (rows, sets).
  let rows: [[Double]]
  /// The limits in nats per token, by row.
  let limits: [Double]
  /// The index of the guard that each row belongs to: one of the largest of several losses has a
  /// row for each.
  let owners: [Int]

  /// Resolves guards.
  ///
  /// - Parameters:
  ///   - sets: The evaluation sets, in the order of `losses`, among them all that guards name.
  ///   - losses: Returns the losses by set of a guard's reference mixture.
  package init(_ guards: [LossGuard], sets: NameIndex, losses: (LossGuard) -> [Double]) {
    self.guards = guards
    var rows: [[Double]] = []
    var limits: [Double] = []
    var owners: [Int] = []
    for (owner, bound) in guards.enumerated() {
      let criteria = bound.left.rows(over: sets)
      let base: Double
      switch bound.text.reference {
      case .number(let number): base = number
      case .mixture:
        let losses = losses(bound)
        base = criteria.map { dot($0, losses) }.max() ?? .nan
      }
      for criterion in criteria {
        rows.append(criterion.map { bound.sign * $0 })
        limits.append(bound.sign * (base + bound.text.offset))
        owners.append(owner)
      }
    }
    (self.rows, self.limits, self.owners) = (rows, limits, owners)
  }

  /// Returns the values of the rows, which may not be positive, without margins.
  func values(of losses: [Double]) -> [Double] {
    zip(rows, limits).map { dot($0, losses) - $1 }
  }

  /// Whether the guard's mixtures are a convex set where losses are convex in the weights.
  func isConvex(_ owner: Int) -> Bool { guards[owner].text.side == .atMost }

  /// Returns the guards of upper bounds alone, as rows of this.
  var convexRows: [Int] { rows.indices.filter { isConvex(owners[$0]) } }

  private init(_ other: GuardBounds, keeping kept: [Int]) {
    guards = other.guards
    rows = kept.map { other.rows[$0] }
    limits = kept.map { other.limits[$0] }
    owners = kept.map { other.owners[$0] }
  }

  /// Returns the same with some of the rows.
  func keeping(_ kept: [Int]) -> GuardBounds { GuardBounds(self, keeping: kept) }
}

/// What a mixture is worth to a search: its objective, and how far it breaks a guard.
package struct SearchValue: Sendable {
  /// The objective, in nats per token.
  package let objective: Double
  /// The most by which a guard is broken, in nats per token; 0 where all are kept.
  package let violation: Double

  /// Takes apart the values of an objective, of which the last are those of guards.
  init(_ values: [Double], guards: Int) {
    objective = values.dropLast(guards).max() ?? .nan
    violation = values.suffix(guards).reduce(0) { $1.isNaN ? .nan : max($0, $1) }
  }

  package var keepsGuards: Bool { violation <= GuardBounds.tolerance }

  /// The objective with `penalty` nats for each nat of violation.
  func merit(_ penalty: Double) -> Double { objective + penalty * violation }

  /// Whether it keeps the guards and the other does not, or has the lower objective; or, where
  /// neither does, breaks them less.
  func isBetter(than other: SearchValue) -> Bool {
    guard keepsGuards == other.keepsGuards else { return keepsGuards }
    return keepsGuards ? objective < other.objective : violation < other.violation
  }
}

extension SearchObjective {
  /// Returns the guards that a mixture breaks, as they were asked for; nil without guards.
  func brokenGuards(_ weights: [Double]) -> [String]? {
    guard let bounds = guards else { return nil }
    let values = Array(values(weights).suffix(bounds.rows.count))
    return bounds.guards.enumerated().filter { owner, _ in
      values.indices.contains {
        bounds.owners[$0] == owner && !(values[$0] <= GuardBounds.tolerance)
      }
    }.map { $0.element.text.description }
  }
}
