extension FeasibleSet {
  /// A constraint that a user can name.
  package enum Part: Equatable, Sendable {
    case minimum(Int)
    case maximum(Int)
    /// The lower or the upper bound of the limit at an index of `limits`.
    case low(Int)
    case high(Int)
    case distance
  }

  /// The constraints of the set, but λ ≥ 0 and Σ λ = 1.
  package var parts: [Part] {
    domains.indices.filter { minimum[$0] > 0 }.map(Part.minimum)
      + domains.indices.filter { maximum[$0] < 1 }.map(Part.maximum)
      + limits.indices.filter { limits[$0].low > -.infinity }.map(Part.low)
      + limits.indices.filter { limits[$0].high < .infinity }.map(Part.high)
      + (distance == nil ? [] : [.distance])
  }

  /// A smallest set of constraints that contradict each other; nil if none do.
  ///
  var minimalConflict: [Part]? {
    guard violation(of: parts) > Self.tolerance else { return nil }
    return irreducible(parts) { violation(of: $0) > Self.tolerance }
  }

  /// The violation up to which constraints do not contradict each other.
  ///
  /// Caps whose sum misses 1 by rounding alone leave one mixture.
  private static let tolerance = 1e-9

  /// Returns the least v by which all of `parts` have to be relaxed for a mixture to satisfy them.
  private func violation(of parts: [Part]) -> Double {
    var program = FeasibleProgram(self, extraVariables: 1)
    program.add(parts, relaxedBy: program.extra)
    program.linear[program.extra] = 1
    program.bound(program.extra, atLeast: 0)
    return program.solution(near: center).point[program.extra]
  }

  /// The mixture that keeps the inequalities with the largest margin, the same for all of them.
  var deepestPoint: [Double] {
    var program = FeasibleProgram(self, extraVariables: 1)
    program.addAll(tightenedBy: program.extra)
    program.linear[program.extra] = -1
    program.bound(program.extra, atMost: 1)
    return snapped(Array(program.solution(near: center).point.prefix(domains.count)))
  }

  /// Returns a constraint in words, with seven digits: `ArXiv at most 0.2 (epochs)`.
  package func describe(_ part: Part) -> String {
    func short(_ value: Double) -> String { "\(Float(value))" }
    func note(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }
    switch part {
    case .minimum(let i):
      return "\(domains[i]) at least \(short(minimum[i]))\(note(minimumReasons[i]))"
    case .maximum(let i): return "\(domains[i]) at most \(short(maximum[i]))\(note(reasons[i]))"
    case .low(let i): return "\(limits[i].name) at least \(short(limits[i].low))"
    case .high(let i): return "\(limits[i].name) at most \(short(limits[i].high))"
    case .distance: return distance.map { "\($0.description) at most \(short($0.radius))" } ?? ""
    }
  }
}

/// Returns a part of `constraints`, which contradict each other, that still does, but no longer
/// without any one of its own.
///
/// Each constraint in turn is left out, and stays out if the others still contradict each other.
/// Source: Chinneck, Dravnieks 1991, doi:10.1287/ijoc.3.2.157, the deletion filter.
package func irreducible<Constraint: Equatable>(
  _ constraints: [Constraint], contradict: ([Constraint]) -> Bool
) -> [Constraint] {
  var kept = constraints
  for constraint in constraints {
    let rest = kept.filter { $0 != constraint }
    if contradict(rest) { kept = rest }
  }
  return kept
}
