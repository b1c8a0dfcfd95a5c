import Glibc
import Mixtures
import Parallel

/// The mixtures to observe after domains changed: the old answer, with other shares of what is new.
///
/// As in Olmix (mixture reuse), what old runs tell is frozen: the old answer, read over the new
/// domains, gives the ratios of all domains but those searched, and a little noise (`looseness`).
/// The share s of the searched domains together is spread around what they have in the old answer,
/// or equal shares if that is more: odds times 8^(2v − 1), v being the radical inverse of 1, 2, 3 …
/// in base 2. Among them it is divided by Dirichlet(1, …, 1), the draw of several whose smallest
/// Hellinger distance to the mixtures so far is largest. A longer design continues a shorter one.
package struct FurtherMixtures: Sendable {
  /// The old answer, by new domain.
  package let base: [Double]
  /// The domains whose shares are searched.
  package let searched: [Int]
  package let seed: UInt64

  /// The concentration of the Dirichlet distribution of the frozen ratios, for each domain.
  private static let looseness = 10.0
  private static let candidates = 32

  package init(base: [Double], searched: [Int], seed: UInt64) {
    (self.base, self.searched, self.seed) = (base, searched, seed)
  }

  /// Returns `count` mixtures; none where nothing is searched, or there is no other domain.
  package func mixtures(_ count: Int) -> [[Double]] {
    guard !searched.isEmpty, base.count > 1 else { return [] }
    var chosen: [[Double]] = []
    for number in 0..<count {
      var random = RandomStream(seed: seed, purpose: "further mixture \(number)")
      var best: (weights: [Double], distance: Double)?
      for _ in 0..<Self.candidates {
        let weights = draw(number, using: &random)
        let distance = chosen.map { hellinger(weights, $0) }.min() ?? 1
        if distance > best?.distance ?? -1 { best = (weights, distance) }
      }
      chosen.append(best?.weights ?? base)
    }
    return chosen
  }

  /// The share of the searched domains in mixture `number`.
  func share(_ number: Int) -> Double {
    guard searched.count < base.count else { return 1 }
    let now = searched.reduce(0.0) { $0 + base[$1] }
    let centre = min(0.9, max(now, Double(searched.count) / Double(base.count)))
    let odds = centre / (1 - centre) * pow(8, 2 * radicalInverse(number + 1) - 1)
    return odds / (1 + odds)
  }

  private func draw(_ number: Int, using random: inout RandomStream) -> [Double] {
    let share = share(number)
    let rest = base.indices.filter { !searched.contains($0) }
    let sum = rest.reduce(0.0) { $0 + base[$1] }
    let centre = rest.map { sum > 0 ? base[$0] / sum : 1 / Double(rest.count) }
    let loose = Self.looseness * Double(rest.count)
    let ratios = rest.isEmpty ? [] : dirichlet(centre.map { loose * $0 }, using: &random)
    let parts = dirichlet(searched.map { _ in 1 }, using: &random)
    var weights = base
    for (i, b) in rest.enumerated() { weights[b] = (1 - share) * ratios[i] }
    for (i, b) in searched.enumerated() { weights[b] = share * parts[i] }
    return roundedWeights(weights) ?? weights
  }
}

/// The digits of `number` in base 2, mirrored at the point: 1/2, 1/4, 3/4, 1/8 … (van der Corput).
private func radicalInverse(_ number: Int) -> Double {
  var (rest, unit, inverse) = (number, 0.5, 0.0)
  while rest > 0 {
    if rest & 1 == 1 { inverse += unit }
    (rest, unit) = (rest >> 1, unit / 2)
  }
  return inverse
}
