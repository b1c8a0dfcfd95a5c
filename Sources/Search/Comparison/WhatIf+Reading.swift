import Foundation

// What stands between the stored predictions is read by cubics.
extension WhatIf {
  /// What is added to weights of a profile, and of a pair, before their logarithms are taken.
  static let (profileFloor, pairFloor) = (1e-4, 1e-2)

  /// Where a weight is on the scale of the cubics: the logarithm of its odds, finite at 0 and 1.
  ///
  /// Losses bend most where a domain vanishes, or all others do.
  static func place(_ weight: Double, _ floor: Double) -> Double {
    log((weight + floor) / (1 - weight + floor))
  }

  /// The weight at a place.
  static func weight(atPlace place: Double, _ floor: Double) -> Double {
    let odds = exp(place)
    return min(1, max(0, (odds * (1 + floor) - floor) / (1 + odds)))
  }

  /// Returns the first of the four of `weights` that are nearest to a weight, and the factors of
  /// what is there in the cubic through the four.
  static func cubic(
    _ weights: [Double], at weight: Double, _ floor: Double
  ) -> (first: Int, factors: [Double]) {
    let next = weights.firstIndex { $0 >= weight } ?? weights.count
    let first = min(max(0, next - 2), weights.count - 4)
    let nodes = (first..<first + 4).map { place(weights[$0], floor) }
    let z = place(min(max(weight, weights[0]), weights[weights.count - 1]), floor)
    let factors = nodes.indices.map { i in
      nodes.indices.reduce(1) { product, j in
        i == j ? product : product * (z - nodes[j]) / (nodes[i] - nodes[j])
      }
    }
    return (first, factors)
  }

  /// Returns the values with other weights of some domains, the rest in proportion: those of the
  /// proposal, what each change alone does to them, and what each two do beyond that.
  ///
  /// - Parameter alone: The weight that each changed domain would have if it alone were changed, by
  ///   its place in `profiles`.
  package func read(_ alone: [Int: Double]) -> [Double] {
    let places = alone.keys.sorted()
    guard let first = places.first else { return mixtures[0].values }
    var values = profiles[first].read(alone[first] ?? 0)
    for place in places.dropFirst() {
      let there = profiles[place].read(alone[place] ?? 0)
      for v in values.indices { values[v] += there[v] - mixtures[0].values[v] }
    }
    for pair in pairs {
      guard let a = alone[pair.profiles[0]], let b = alone[pair.profiles[1]] else { continue }
      for (v, more) in pair.read(a, b).enumerated() { values[v] += more }
    }
    return values
  }
}

extension WhatIf {
  /// Returns the radius of the objective less that of the proposal, with other weights of some
  /// domains: the variances of what each change alone does are added up, and the noise of two runs;
  /// nil where none is known.
  package func radius(_ alone: [Int: Double]) -> Double? {
    var (sum, noise) = (0.0, 0.0)
    for (place, weight) in alone.sorted(by: { $0.key < $1.key }) {
      let profile = profiles[place]
      guard let domain = domains.firstIndex(of: profile.domain),
        let there = profile.radius(weight),
        let here = profile.radius(mixtures[0].weights[domain])
      else { return nil }
      noise = here * here
      sum += max(0, there * there - noise)
    }
    return (sum + noise).squareRoot()
  }
}

extension WhatIf.Profile {
  /// Returns the values at a weight of the domain.
  package func read(_ weight: Double) -> [Double] {
    let (first, factors) = WhatIf.cubic(weights, at: weight, WhatIf.profileFloor)
    return values[0].indices.map { v in
      factors.indices.reduce(0) { $0 + factors[$1] * values[first + $1][v] }
    }
  }

  /// Returns the radius of the objective less that of the proposal at a weight of the domain.
  func radius(_ weight: Double) -> Double? {
    let (first, factors) = WhatIf.cubic(weights, at: weight, WhatIf.profileFloor)
    return factors.indices.reduce(0 as Double?) { sum, i in
      guard let sum, let radius = apart[first + i][0] else { return nil }
      return sum + factors[i] * radius
    }
  }
}

extension WhatIf.Pair {
  /// Returns what the two do beyond their sum, where each alone would have these weights.
  func read(_ a: Double, _ b: Double) -> [Double] {
    let rows = WhatIf.cubic(levels[0], at: a, WhatIf.pairFloor)
    let columns = WhatIf.cubic(levels[1], at: b, WhatIf.pairFloor)
    return values[0][0].indices.map { v in
      rows.factors.indices.reduce(0) { sum, i in
        columns.factors.indices.reduce(sum) { sum, j in
          sum + rows.factors[i] * columns.factors[j]
            * values[rows.first + i][columns.first + j][v]
        }
      }
    }
  }
}
