import Constraints
import Mixtures
import Parallel
import Regression

/// A proposal whose weights are changed, as it is predicted.
struct WhatIfSurroundings {
  /// The weights of a profile, evenly spaced by `WhatIf.place`, and those of a pair.
  private static let (steps, levels) = (28, 8)
  /// The largest weight of a profile, and of one of a pair, alone.
  private static let (highest, highestOfPair) = (0.95, 0.9)
  /// The numbers up to which pairs are stored, those of the largest domains.
  private static let mostNumbers = 13_000
  /// The draws of changed weights that errors are measured at.
  private static let draws = 100

  private let predicted: PredictedLosses
  private let groups: DomainGroups
  /// The weights of the proposal, by domain.
  let base: [Double]
  private let basePoint: MixturePoint
  /// The bounds of each domain within which draws are.
  private let ranges: [ClosedRange<Double>]

  init(_ subject: MixtureComparison.Subject, _ predicted: PredictedLosses) {
    let (groups, base, feasible) = (subject.groups, subject.mixtures[0].weights, subject.feasible)
    (self.predicted, self.groups, self.base) = (predicted, groups, base)
    basePoint = predicted.predictor.points([groups.joined(base)])[0]
    ranges = groups.domains.indices.map { i in
      let (part, ratio) = (groups.partOf[i], groups.ratios[i])
      let least = feasible.minimum[part]
      return ratio * least...ratio * max(least, feasible.maximum[part])
    }
  }

  /// Returns the proposal with other weights of some domains, the rest in proportion, as weights of
  /// parts.
  private func changed(_ weights: [Int: Double]) -> [Double] {
    let rest = base.indices.reduce(0) { $0 + (weights[$1] == nil ? base[$1] : 0) }
    let left = max(0, 1 - base.indices.reduce(0) { $0 + (weights[$1] ?? 0) })
    return groups.joined(base.indices.map { weights[$0] ?? base[$0] * left / rest })
  }

  private func points(_ changes: [[Int: Double]]) -> [MixturePoint] {
    predicted.predictor.points(changes.map(changed))
  }

  /// Returns `count` weights from the least to the greatest place, of which one is that of the
  /// proposal.
  private func weights(
    _ count: Int, upTo highest: Double, _ floor: Double, of domain: Int
  ) -> [Double] {
    let (low, high) = (WhatIf.place(0, floor), WhatIf.place(highest, floor))
    let step = (high - low) / Double(count - 1)
    var weights = (0..<count).map { WhatIf.weight(atPlace: low + step * Double($0), floor) }
    let own = (WhatIf.place(base[domain], floor) - low) / step
    weights[Int(own.rounded())] = base[domain]
    return weights
  }

  func profile(_ domain: Int) -> WhatIf.Profile {
    let weights = weights(
      Self.steps, upTo: Self.highest, WhatIf.profileFloor, of: domain)
    var profile = WhatIf.Profile(
      domain: groups.domains[domain], weights: weights, values: [], radii: [], apart: [],
      excesses: [])
    for (weight, point) in zip(weights, points(weights.map { [domain: $0] })) {
      let losses = predicted.criteria.map { predicted.predictor.loss($0, at: point) }
      let differences = predicted.criteria.map {
        predicted.predictor.difference($0, at: point, from: basePoint)
      }
      profile.values.append(losses.map { rounded($0.value) })
      profile.radii.append(losses.map { $0.radius.map(rounded) })
      profile.apart.append(differences.map { $0.radius.map(rounded) })
      let excesses = predicted.guarded.rowsOfGuards(changed([domain: weight]))
      profile.excesses.append(excesses.map(rounded))
    }
    return profile
  }

  /// Returns the weights of domains that would have these weights if each alone were changed.
  private func together(_ alone: [Int: Double]) -> [Int: Double] {
    let rest = 1 - alone.keys.reduce(0) { $0 + base[$1] }
    let amounts = alone.mapValues { $0 }.reduce(into: [Int: Double]()) { amounts, change in
      let (domain, weight) = change
      amounts[domain] = weight * (1 - base[domain]) / max(1e-9, 1 - weight)
    }
    let total = rest + amounts.keys.sorted().reduce(0) { $0 + (amounts[$1] ?? 0) }
    return amounts.mapValues { $0 / total }
  }

  /// Returns the pairs of `chosen`, the domains of the profiles of `whatIf`.
  func pairs(of whatIf: WhatIf, _ chosen: [Int]) -> [WhatIf.Pair] {
    let numbers = Self.levels * Self.levels * (1 + whatIf.sets.count)
    var count = chosen.count
    while count > 1, count * (count - 1) / 2 * numbers > Self.mostNumbers { count -= 1 }
    let largest = chosen.indices.sorted { (-base[chosen[$0]], $0) < (-base[chosen[$1]], $1) }
      .prefix(count).sorted()
    return largest.flatMap { a in
      largest.filter { $0 > a }.compactMap { b in pair(a, b, of: whatIf, chosen) }
    }
  }

  /// Returns a pair; nil if nothing else has weight.
  private func pair(_ a: Int, _ b: Int, of whatIf: WhatIf, _ chosen: [Int]) -> WhatIf.Pair? {
    guard 1 - base[chosen[a]] - base[chosen[b]] > 1e-6 else { return nil }
    let levels = [a, b].map {
      weights(Self.levels, upTo: Self.highestOfPair, WhatIf.pairFloor, of: chosen[$0])
    }
    let grid = levels[0].flatMap { first in levels[1].map { [a: first, b: $0] } }
    let exact = points(
      grid.map { alone in
        together(Dictionary(uniqueKeysWithValues: alone.map { (chosen[$0.key], $0.value) }))
      }
    ).map { predicted.values(at: $0) }
    let values = zip(grid, exact).map { alone, exact in
      zip(exact, whatIf.read(alone)).map { (($0 - $1) * 1e4).rounded() / 1e4 }
    }
    return WhatIf.Pair(
      profiles: [a, b], levels: levels,
      values: (0..<Self.levels).map { Array(values[$0 * Self.levels..<($0 + 1) * Self.levels]) })
  }

  /// Measures how far what is read is from what is predicted, at weights that are thousandths.
  func errors(of whatIf: WhatIf, _ chosen: [Int], seed: UInt64) -> WhatIf.Errors {
    func thousandth(_ weight: Double) -> Double { (weight * 1000).rounded() / 1000 }
    func error(_ read: [Double], _ point: MixturePoint) -> Double {
      zip(read, predicted.values(at: point)).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    var one = 0.0
    for (profile, domain) in zip(whatIf.profiles, chosen) {
      let middle = zip(profile.weights, profile.weights.dropFirst()).map { ($0 + $1) / 2 }
        .map(thousandth)
      for (weight, point) in zip(middle, points(middle.map { [domain: $0] })) {
        one = max(one, error(profile.read(weight), point))
      }
    }
    var random = RandomStream(seed: seed, purpose: "what if, two weights")
    var draws: [[Int: Double]] = []
    for _ in 0..<(whatIf.pairs.isEmpty ? 0 : Self.draws) {
      let places = whatIf.pairs[random.index(below: whatIf.pairs.count)].profiles
      let weights = places.map { place in
        let range = ranges[chosen[place]]
        return thousandth(
          range.lowerBound + random.unit() * (range.upperBound - range.lowerBound))
      }
      guard weights.reduce(0, +) < 0.95 else { continue }
      draws.append(Dictionary(uniqueKeysWithValues: zip(places, weights)))
    }
    let exact = points(
      draws.map { draw in
        Dictionary(uniqueKeysWithValues: draw.map { (chosen[$0.key], $0.value) })
      })
    let read = draws.map { alone($0, chosen) }
    let radii = zip(read, exact).compactMap { alone, point -> Double? in
      let difference = predicted.predictor.difference(
        predicted.objective, at: point, from: basePoint)
      guard let radius = difference.radius, let said = whatIf.radius(alone) else { return nil }
      return abs(said - radius) / radius
    }
    return .init(
      one: rounded(one), two: mostly(zip(read, exact).map { error(whatIf.read($0), $1) }),
      radius: mostly(radii), draws: draws.count)
  }

  /// Returns what nine of ten values are not above; nil without values.
  private func mostly(_ values: [Double]) -> Double? {
    values.isEmpty
      ? nil : rounded(values.sorted()[min(values.count - 1, values.count * 9 / 10)])
  }

  /// Returns the weights that each of some changed domains would have if it alone were changed.
  private func alone(_ weights: [Int: Double], _ chosen: [Int]) -> [Int: Double] {
    let places = weights.keys.sorted()
    let sum = places.reduce(0) { $0 + (weights[$1] ?? 0) }
    let scale = (1 - sum) / (1 - places.reduce(0) { $0 + base[chosen[$1]] })
    return weights.reduce(into: [Int: Double]()) { alone, change in
      let amount = change.value / scale
      alone[change.key] = amount / (1 - base[chosen[change.key]] + amount)
    }
  }
}
