import Mixtures
import Testing

/// Baselines by rules, against sums by hand.
struct BaselineRuleTests {
  private func stock(_ tokens: [String: Double], training: Double? = nil) -> Inventory {
    Inventory(table: nil, availableTokens: tokens, trainTokens: training, maxEpochs: nil)
  }

  private func mixture(
    _ rule: String, _ tokens: [String: Double], training: Double? = nil
  ) throws -> [String: Double] {
    try #require(BaselineRule(rule)).mixture(
      of: tokens.keys.sorted(), in: stock(tokens, training: training))
  }

  private func shares(_ parts: [String: Double]) -> [String: Double] {
    let sum = parts.values.reduce(0, +)
    return parts.mapValues { $0 / sum }
  }

  private func isClose(_ mixture: [String: Double], _ expected: [String: Double]) -> Bool {
    mixture.keys == expected.keys
      && mixture.allSatisfy { abs($0.value - expected[$0.key]!) < 1e-15 }
  }

  @Test func `temperature takes roots of the numbers of tokens`() throws {
    let tokens = ["a": 100.0, "b": 400, "c": 900]
    let natural = try mixture("natural", tokens)
    let squares = shares(["a": 1, "b": 4, "c": 9])
    #expect(isClose(natural, squares))
    #expect(try mixture("temperature=1", tokens) == natural)
    let two = try mixture("temperature=2", tokens)
    let roots = shares(["a": 1, "b": 2, "c": 3])
    #expect(isClose(two, roots))
    let uniform = try mixture("uniform", tokens)
    let equal = shares(["a": 1, "b": 1, "c": 1])
    #expect(isClose(uniform, equal))
    #expect(try mixture("temperature=inf", tokens) == uniform)
  }

  @Test func `no number of tokens overflows, whatever the temperature`() throws {
    let cold = try mixture("temperature=0.01", ["a": 1e12, "b": 1e13])
    #expect(cold["b"] == 1)
    let hot = try mixture("temperature=1000", ["a": 1, "b": 1e300])
    let (small, large) = (hot["a"] ?? 0, hot["b"] ?? 0)
    #expect(abs(small + large - 1) < 1e-15)
    #expect(small > 0.1)
  }

  @Test func `unimax is uniform but for domains that would be repeated too often`() throws {
    // A budget of 1000: a gives 2 epochs of 50; the other 900 are 450 each, of which b has 2 · 200;
    // c takes the 500 that are left.
    let tokens = ["a": 50.0, "b": 200, "c": 2000]
    let capped = try mixture("unimax=2", tokens, training: 1000)
    let expected = shares(["a": 100, "b": 400, "c": 500])
    #expect(isClose(capped, expected))
    let free = try mixture("unimax=20", tokens, training: 1000)
    let equal = shares(["a": 1, "b": 1, "c": 1])
    #expect(isClose(free, equal))
    // Exactly full: every domain at its cap, so natural.
    let full = try mixture("unimax=2", tokens, training: 4500)
    let natural = shares(tokens)
    #expect(isClose(full, natural))
  }

  @Test func `rules that say nothing are refused`() {
    let refused = [
      "", "natural=1", "uniform=2", "temperature", "temperature=", "temperature=0",
      "temperature=-1", "temperature=nan", "unimax", "unimax=0", "unimax=inf", "unimax=x",
      "other=1",
      "temperature=1=2", "temperature=0x3", "unimax=0x4",
    ]
    for text in refused { #expect(BaselineRule(text) == nil, "\(text)") }
  }

  @Test func `what a rule lacks is named`() throws {
    let tokens = ["a": 50.0, "b": 200]
    #expect(throws: BaselineRuleError.unfilled("unimax-2", most: 500, budget: 501)) {
      try mixture("unimax=2", tokens, training: 501)
    }
    #expect(throws: BaselineRuleError.noBudget("unimax-2")) { try mixture("unimax=2", tokens) }
    #expect(throws: BaselineRuleError.noTokens("natural", "a")) {
      try mixture("natural", ["a": 0, "b": 1])
    }
    #expect(throws: BaselineRuleError.unknownTokens("natural", "c")) {
      try BaselineRule.natural.mixture(of: ["a", "c"], in: stock(tokens))
    }
  }

  @Test func `ids are names of files`() {
    let rules = [
      "natural", "uniform", "temperature=1", "temperature=inf", "temperature=3.3", "unimax=4",
    ]
    let ids = rules.compactMap { BaselineRule($0)?.id }
    #expect(ids == ["natural", "uniform", "natural", "uniform", "temperature-3.3", "unimax-4"])
  }
}
