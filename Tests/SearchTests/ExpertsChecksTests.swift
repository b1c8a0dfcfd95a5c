import Experts
import Formats
import Foundation
import Parallel
import Search
import TestSupport
import Testing

struct ExpertsChecksTests {
  let domains = ["ArXiv", "Book", "Wikipedia"]

  /// Checks of experts that lose `own` nats per token on their own sets, and `other` on another's.
  private func checks(
    own: [Double] = [2, 2, 2], other: [Double] = [3, 3, 3], answer: [Double] = uniform(3),
    epochs: [Double] = [0.5, 1, 1.5], areKnown: Bool = true
  ) -> ExpertsChecks {
    let sets = domains.indices.map { set in
      CachedSet(
        name: domains[set],
        logProbs: domains.indices.map {
          [Float](repeating: -Float($0 == set ? own[set] : other[set]), count: 9)
        })
    }
    let models = zip(domains, epochs).map { domain, epochs in
      LogProbHeader.Model(
        id: "expert-\(domain)", sha256: "00", weights: [domain: 1, "Github": 0],
        epochs: [domain: epochs])
    }
    return ExpertsChecks(
      ProbabilityCache(domains: domains, sets: sets), answer: answer,
      models: areKnown ? models : [], pool: WorkerPool(threads: 2))
  }

  @Test func `experts that know their own domains give no warning`() {
    let runs = [
      ExpertsChecks.Run(id: "natural", measured: 2.9, mde: 2.7),
      ExpertsChecks.Run(id: "uniform", measured: 2.6, mde: 2.45),
    ]
    #expect(checks().warnings(runs: runs).isEmpty)
    #expect(checks(answer: [0, 0.4, 0.6]).warnings().isEmpty)
    #expect(checks(own: [2, 2.9, 2]).warnings().isEmpty)
  }

  @Test func `a pool that an expert read again and again is told by its epochs and losses`() {
    let small = (own: [2, 4.5, 2], epochs: [0.5, 33, 1.5])
    let found = checks(own: small.own, epochs: small.epochs).warnings()
    #expect(found.map(\.kind) == [.repeatedData, .beatenExpert])
    #expect(found.map(\.subject) == ["Book", "Book"])
    #expect(found[0].value == 33 && found[0].limit == 4)
    #expect(isClose(found[1].value, 1.5, 1e-6))
    #expect(found[0].message.contains("33.0 times") && found[1].message.contains("1.500 nats"))
    #expect(checks(own: small.own, epochs: small.epochs, areKnown: false).warnings().isEmpty)
  }

  @Test func `a domain that no other expert knows is told by what the mixing costs it`() {
    let found = checks(other: [3, 3, 40], answer: [0.3, 0.4, 0.3]).warnings()
    #expect(found.map(\.kind) == [.isolatedDomain] && found.map(\.subject) == ["Wikipedia"])
    #expect(isClose(found.first?.value ?? .nan, 1, 1e-6))
    #expect(found.first?.message.contains("100 %") == true)
  }

  @Test func `a run below its mixture of experts is told`() {
    let runs = [
      ExpertsChecks.Run(id: "natural", measured: 5.32, mde: 5.14),
      ExpertsChecks.Run(id: "uniform", measured: 5.11, mde: 5.14),
      ExpertsChecks.Run(id: "noise", measured: 5.13, mde: 5.14),
    ]
    let found = checks().warnings(runs: runs)
    #expect(found.map(\.kind) == [.belowExperts] && found.map(\.subject) == ["uniform"])
    #expect(isClose(found.first?.value ?? .nan, -0.03, 1e-9))
    #expect(found.first?.message.contains("0.030") == true)
  }
}
