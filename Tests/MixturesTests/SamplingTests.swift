import Constraints
import Foundation
import Mixtures
import Parallel
import Testing

struct SamplingTests {
  let domains = ["a", "b", "c", "d", "e", "f", "g"]
  let natural = [0.522, 0.267, 0.052, 0.042, 0.046, 0.038, 0.033]

  @Test(arguments: [0.01, 0.5, 1.0, 30.0])
  func `Dirichlet draws lie on the simplex and have the stated mean`(strength: Double) {
    var random = RandomStream(seed: 1, purpose: "dirichlet test")
    let count = 5000
    var mean = [Double](repeating: 0, count: 3)
    let shares = [0.2, 0.5, 0.3]
    for _ in 0..<count {
      let draw = dirichlet(shares.map { $0 * strength } + [0], using: &random)
      #expect(abs(draw.reduce(0, +) - 1) < 1e-12 && draw.allSatisfy { $0 >= 0 } && draw[3] == 0)
      for i in mean.indices { mean[i] += draw[i] / Double(count) }
    }
    // Standard error of the mean: at most 0.5 / √5000 = 0.007.
    for i in mean.indices { #expect(abs(mean[i] - shares[i]) < 0.03, "\(mean)") }
  }

  @Test func `a longer design continues a shorter one, and another seed gives another`() {
    let feasible = FeasibleSet(simplex: domains)
    func design(_ seed: UInt64) -> MixtureDesign {
      MixtureDesign(feasible: feasible, base: natural, seed: seed)
    }
    let twenty = design(7).continued(count: 20)
    let sixteen = design(7).continued(count: 16)
    #expect(Array(twenty.prefix(16)) == sixteen)
    #expect(design(7).continued(after: sixteen, count: 20) == Array(twenty.suffix(4)))
    #expect(design(8).continued(count: 16) != sixteen)
  }

  @Test func `every domain varies from almost nothing to a large share`() {
    let feasible = FeasibleSet(simplex: domains)
    let mixtures = MixtureDesign(feasible: feasible, base: natural, seed: 1).continued(count: 16)
    for i in domains.indices {
      let weights = mixtures.map { $0[i] }
      #expect((weights.min() ?? 1) < 0.01, "\(domains[i]) \(weights)")
      #expect((weights.max() ?? 0) > 0.25, "\(domains[i]) \(weights)")
    }
    for mixture in mixtures { #expect(feasible.contains(mixture, tolerance: 1e-12)) }
  }

  @Test func `caps are kept, and zero shares stay zero`() throws {
    let feasible = try FeasibleSet(
      domains: domains,
      maximum: ["a": .init(0.3, reason: "epochs"), "g": .init(0.01, reason: "epochs")])
    var base = natural
    (base[0], base[5]) = (natural[0] + natural[5], 0)
    let mixtures = MixtureDesign(feasible: feasible, base: base, seed: 3).continued(count: 30)
    for mixture in mixtures {
      #expect(feasible.contains(mixture) && mixture[5] == 0, "\(mixture)")
    }
  }

  @Test func `capping gives the excess to the others in proportion`() throws {
    let feasible = try FeasibleSet(
      domains: ["a", "b", "c"], minimum: ["c": .init(0.1, reason: "asked")],
      maximum: ["a": .init(0.4, reason: "epochs")])
    var random = RandomStream(seed: 2, purpose: "projection test")
    for _ in 0..<200 {
      let draw = dirichlet([0.5, 0.5, 0.5], using: &random)
      let point = feasible.adapted(draw)
      #expect(feasible.contains(point, tolerance: 1e-12), "\(draw) \(point)")
      for (x, y) in zip(feasible.adapted(point), point) { #expect(abs(x - y) < 1e-9) }
      // The nearest in divergence: no feasible point is on the other side of its tangent.
      let other = feasible.adapted(dirichlet([1, 1, 1], using: &random))
      let slope = (0..<3).reduce(0.0) {
        point[$1] > 0 ? $0 + log(point[$1] / draw[$1]) * (other[$1] - point[$1]) : $0
      }
      #expect(slope > -1e-9)
    }
  }

  @Test func `contradictory constraints are named`() {
    let error = #expect(throws: Infeasible.self) {
      try FeasibleSet(
        domains: ["a", "b"],
        maximum: ["a": .init(0.4, reason: "epochs"), "b": .init(0.5, reason: "asked")])
    }
    #expect(error?.constraints == ["a at most 0.4 (epochs)", "b at most 0.5 (asked)"])
    let crossed = #expect(throws: Infeasible.self) {
      try FeasibleSet(
        domains: ["a", "b"], minimum: ["a": .init(0.5, reason: "asked")],
        maximum: ["a": .init(0.4, reason: "asked")])
    }
    #expect(crossed?.constraints == ["a at least 0.5 (asked)", "a at most 0.4 (asked)"])
  }

  @Test func `the knapsack fills the best domains first`() throws {
    let feasible = try FeasibleSet(
      domains: ["a", "b", "c"], minimum: ["c": .init(0.1, reason: "asked")],
      maximum: ["a": .init(0.4, reason: "epochs")])
    let best = feasible.maximizer(of: [3, 2, 1])
    #expect(best.weights == [0.4, 0.5, 0.1])
    #expect(abs(best.value - 2.3) < 1e-12)
  }
}
