import Experts
import Formats
import Parallel
import Search
import TestSupport
import Testing

struct ExpertsChecksTests {
  let pool = WorkerPool(threads: 2)
  let domains = ["ArXiv", "Book", "Wikipedia"]

  /// Experts that lose 2 nats per token on their own set and 3 on the others, or `own` on theirs.
  private func cache(own: [Double] = [2, 2, 2]) -> ProbabilityCache {
    let sets = domains.indices.map { set in
      CachedSet(
        name: domains[set],
        logProbs: domains.indices.map {
          [Float](repeating: $0 == set ? -Float(own[set]) : -3, count: 9)
        })
    }
    return ProbabilityCache(domains: domains, sets: sets)
  }

  private func models(epochs: [Double] = [0.5, 1, 1.5], tokens: Int = 1000) -> [LogProbHeader.Model]
  {
    zip(domains, epochs).map { domain, epochs in
      .init(
        id: "expert-\(domain)", sha256: "00", weights: [domain: 1, "Github": 0],
        tokens: [domain: tokens], epochs: [domain: epochs])
    }
  }

  @Test func `experts that know their own domains give no warning`() {
    let checks = ExpertsChecks(cache(), models: models(), pool: pool)
    let runs = [
      ExpertsChecks.Run(id: "natural", measured: 2.9, mde: 2.7),
      ExpertsChecks.Run(id: "uniform", measured: 2.6, mde: 2.45),
    ]
    #expect(checks.warnings(trainTokens: 1000, runs: runs).isEmpty)
    #expect(ExpertsChecks(cache(), models: [], pool: pool).warnings(trainTokens: nil).isEmpty)
  }

  @Test func `a small pool that an expert read again and again is told by its epochs and losses`()
    throws
  {
    let checks = ExpertsChecks(
      cache(own: [2, 4.5, 2]), models: models(epochs: [0.5, 33, 1.5]), pool: pool)
    let found = checks.warnings(trainTokens: 1000)
    #expect(found.map(\.kind) == [.repeatedData, .beatenExpert])
    #expect(found.map(\.subject) == ["Book", "Book"])
    #expect(found[0].value == 33 && found[0].limit == 4)
    #expect(isClose(found[1].value, 1.5, 1e-6))
    #expect(found[0].message.contains("33.0 times") && found[1].message.contains("1.500 nats"))
  }

  @Test(arguments: [(250, 0.25), (4000, 4)])
  func `experts of another number of tokens are told`(tokens: Int, ratio: Double) {
    let checks = ExpertsChecks(cache(), models: models(tokens: tokens), pool: pool)
    let found = checks.warnings(trainTokens: 1000)
    #expect(found.map(\.kind) == [.otherBudget, .otherBudget, .otherBudget])
    #expect(found.allSatisfy { $0.value == ratio })
    #expect(checks.warnings(trainTokens: nil).isEmpty)
  }

  @Test func `runs that contradict the experts are told`() {
    let checks = ExpertsChecks(cache(), models: models(), pool: pool)
    let runs = [
      ExpertsChecks.Run(id: "natural", measured: 5.32, mde: 5.14),
      ExpertsChecks.Run(id: "uniform", measured: 5.11, mde: 5.14),
    ]
    let found = checks.warnings(trainTokens: 1000, runs: runs)
    #expect(found.map(\.kind) == [.belowExperts, .otherDifference])
    #expect(found.map(\.subject) == ["uniform", "natural, uniform"])
    #expect(isClose(found[0].value, -0.03, 1e-9) && isClose(found[1].value, 0.21, 1e-9))
    #expect(found[1].message.contains("0.210") && found[1].message.contains("0.000"))
  }
}
