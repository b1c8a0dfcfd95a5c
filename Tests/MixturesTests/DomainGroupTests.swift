import Constraints
import Foundation
import Mixtures
import Testing

struct DomainGroupTests {
  private let groups: DomainGroups

  init() throws {
    groups = try DomainGroups(["D": ["D": 1], "small": ["A": 0.25, "C": 0.75], "B": ["B": 1]])
  }

  @Test func `weights are joined to parts and spread in their ratios`() {
    #expect(groups.domains == ["A", "B", "C", "D"] && groups.parts == ["B", "D", "small"])
    #expect(groups.joined([0.1, 0.2, 0.3, 0.4]) == [0.2, 0.4, 0.4])
    #expect(
      groups.spread([0.2, 0.4, 0.4])
        == [0.1, 0.2, 0.3, 0.4].enumerated().map {
          $0.offset == 2 ? 0.75 * 0.4 : $0.element
        })
    #expect(groups.deviation(of: [0.1, 0.2, 0.3, 0.4]) < 1e-15)
    #expect(abs(groups.deviation(of: [0.3, 0.2, 0.1, 0.4]) - 0.2) < 1e-15)
    #expect(groups.groups == ["small": ["A": 0.25, "C": 0.75]] && !groups.areAlone)
    #expect(DomainGroups(alone: ["B", "A"]).areAlone)
  }

  @Test func `a domain has one expert`() {
    #expect(throws: DomainGroups.Shared(domain: "A", parts: ["A", "web"])) {
      _ = try DomainGroups(["A": ["A": 1], "web": ["A": 0.5, "B": 0.5]])
    }
    #expect(throws: DomainGroups.Shared.self) {
      _ = try DomainGroups(["A", "B", "C"], groups: ["C": ["A": 0.5, "B": 0.5]])
    }
  }

  @Test func `bounds of domains are bounds of their parts`() throws {
    var bounds = MixtureBounds()
    bounds.atLeast(0.1, "A", reason: "asked")
    bounds.atMost(0.6, "C", reason: "epochs")
    bounds.limits = [
      LinearLimit(name: "C+D", coefficients: [0, 0, 1, 1], low: -.infinity, high: 0.7)
    ]
    let joined = try bounds.joined(by: groups)
    #expect(joined.minimum["small"]?.value == 0.4 && joined.maximum["small"]?.value == 0.6 / 0.75)
    #expect(joined.limits[0].coefficients == [0, 1, 0.75])
    // The divergence of what is spread is that of the parts from the joined base.
    let base = [0.3, 0.3, 0.2, 0.2]
    for kind in [DistanceLimit.Kind.divergence, .absolute] {
      bounds.distance = DistanceLimit(kind: kind, name: "base", base: base, radius: 1)
      guard kind == .divergence else {
        #expect(throws: GroupedDistance(name: "base")) { _ = try bounds.joined(by: groups) }
        continue
      }
      let limit = try #require(try bounds.joined(by: groups).distance)
      for parts in [[0.2, 0.4, 0.4], [0.5, 0.1, 0.4]] {
        let exact = divergence(of: groups.spread(parts), from: base)
        #expect(abs(limit.value(at: parts) - exact) < 1e-12)
      }
    }
  }
}
