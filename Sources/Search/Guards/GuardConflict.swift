package import Constraints
package import Storage

/// The mixture that keeps the guards best: the least of the most by which one is broken.
package struct BestKept: Sendable {
  package let weights: [Double]
  /// The most by which a guard is broken there, in nats per token; negative where all have room.
  package let excess: Double

  private let objective: any SearchObjective
  private let feasible: FeasibleSet
  private let starts: [[Double]]

  /// Searches the mixture from `starts`, which are feasible.
  ///
  /// Where the guards are convex, it is the best there is.
  package init(of objective: any SearchObjective, feasible: FeasibleSet, starts: [[Double]]) {
    precondition(objective.guardRows > 0 && !starts.isEmpty)
    (self.objective, self.feasible, self.starts) = (objective, feasible, starts)
    let rows = Array(0..<objective.guardRows)
    let best = Self.minimum(objective, rows, feasible, from: starts)
    (weights, excess) = (best.weights, best.value.objective)
  }

  /// Checks that all guards can be kept.
  ///
  /// - Throws: `GuardConflict`, which names a smallest subset of constraints and guards that
  ///   cannot, as far as the search sees.
  package func check() throws(GuardConflict) {
    guard !(excess <= GuardBounds.tolerance), let guards = objective.guards else { return }
    let all =
      feasible.parts.map(Constraint.weights) + guards.guards.indices.map(Constraint.bound)
    let kept = irreducible(all) { !($0.isEmpty || self.excess(of: $0) <= GuardBounds.tolerance) }
    throw GuardConflict(
      constraints: kept.map { constraint in
        switch constraint {
        case .weights(let part): feasible.describe(part)
        case .bound(let owner): guards.guards[owner].text.description
        }
      }, excess: excess)
  }

  private enum Constraint: Equatable {
    case weights(FeasibleSet.Part)
    case bound(Int)
  }

  /// Returns the least excess under some of the constraints; not above 0 without guards.
  private func excess(of constraints: [Constraint]) -> Double {
    let rows = (objective.guards?.owners ?? []).enumerated()
      .filter { constraints.contains(.bound($0.element)) }.map(\.offset)
    guard !rows.isEmpty else { return 0 }
    let parts = constraints.compactMap { constraint -> FeasibleSet.Part? in
      if case .weights(let part) = constraint { part } else { nil }
    }
    return Self.minimum(objective, rows, feasible.keeping(parts), from: [weights] + starts)
      .value.objective
  }

  private static func minimum(
    _ objective: any SearchObjective, _ rows: [Int], _ feasible: FeasibleSet,
    from starts: [[Double]]
  ) -> LocalMinimum {
    let excess = Excess(base: objective, rows: rows)
    var best = LocalMinimum(of: excess, from: starts[0], feasible: feasible)
    for start in starts.dropFirst() where !(best.value.objective <= 0) {
      let next = LocalMinimum(of: excess, from: start, feasible: feasible)
      if next.value.isBetter(than: best.value) { best = next }
    }
    return best
  }
}

/// The largest of some rows of an objective's guards, as an objective itself.
private struct Excess: SearchObjective {
  let base: any SearchObjective
  let rows: [Int]
  var isSmooth: Bool { base.isSmooth }

  private func chosen<Value>(_ all: [Value]) -> [Value] {
    let first = all.count - base.guardRows
    return rows.map { all[first + $0] }
  }

  func values(_ weights: [Double]) -> [Double] { chosen(base.values(weights)) }
  func models(_ weights: [Double]) -> [LocalModel] { chosen(base.models(weights)) }
}

/// Guards and constraints on weights that no mixture was found to keep.
package struct GuardConflict: ReportableError, Equatable {
  package let constraints: [String]
  /// The least by which a guard is broken, in nats per token.
  package let excess: Double

  package var kind: FailureKind { .computation }
  package var message: String {
    let nats = "\(Float(excess))"
    return "guards: no mixture was found that keeps \(constraints.joined(separator: ", ")); "
      + "the best breaks a guard by \(nats) nats; relax one of them"
  }
}
