import Reuse
import Testing

/// The mixtures to observe after domains changed.
struct FurtherMixturesTests {
  private let added = FurtherMixtures(base: [0.6, 0.3, 0.1, 0], searched: [3], seed: 1)

  @Test func `the share of a new domain is spread around an equal one`() {
    let shares = added.mixtures(7).map { $0[3] }
    // Odds of 1 : 3, times 8^-0.75 … 8^0.75.
    for (share, factor) in zip(shares, [1, 0.3536, 2.8284, 0.2102, 1.6818, 0.5946, 4.7568]) {
      let odds = factor / 3
      #expect(abs(share - odds / (1 + odds)) < 1e-3)
    }
  }

  @Test func `the other ratios are those of the old answer, loosely`() {
    let many = added.mixtures(64)
    #expect(many.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 && $0.allSatisfy { $0 >= 0 } })
    for (domain, expected) in [0.6, 0.3, 0.1].enumerated() {
      let ratios = many.map { $0[domain] / (1 - $0[3]) }
      #expect(abs(ratios.reduce(0, +) / 64 - expected) < 0.05)
      #expect(ratios.allSatisfy { abs($0 - expected) < 0.5 })
    }
  }

  @Test func `a longer design continues a shorter one, and a seed makes it`() {
    #expect(Array(added.mixtures(9).prefix(4)) == added.mixtures(4))
    let other = FurtherMixtures(base: added.base, searched: [3], seed: 2)
    #expect(other.mixtures(4) != added.mixtures(4))
  }

  @Test func `parts of a domain are told apart around its weight`() {
    let split = FurtherMixtures(base: [0.1, 0.4, 0.5], searched: [0, 1], seed: 1).mixtures(4)
    #expect(abs(split[0][0] + split[0][1] - 2.0 / 3) < 1e-3)
    let inner = split.map { $0[0] / ($0[0] + $0[1]) }
    #expect((inner.max() ?? 0) - (inner.min() ?? 0) > 0.4)
  }

  @Test func `where nothing is new, nothing is observed`() {
    #expect(FurtherMixtures(base: [0.5, 0.5], searched: [], seed: 1).mixtures(4).isEmpty)
  }
}
