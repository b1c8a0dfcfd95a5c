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

  private func isClose(_ mixture: [String: Double], _ expected: [String: Double]) -> Bool {
    mixture.keys == expected.keys
      && mixture.allSatisfy { abs($0.value - expected[$0.key]!) < 1e-15 }
  }

  @Test func `temperature takes roots of the numbers of tokens`() throws {
    let tokens = ["a": 100.0, "b": 400, "c": 900]
    let natural = try mixture("natural", tokens)
    #expect(isClose(natural, ["a": 1 / 14.0, "b": 4 / 14, "c": 9 / 14]))
    #expect(try mixture("temperature=1", tokens) == natural)
    let two = try mixture("temperature=2", tokens)
    #expect(isClose(two, ["a": 1 / 6.0, "b": 2 / 6, "c": 3 / 6]))
    let uniform = try mixture("uniform", tokens)
    #expect(isClose(uniform, ["a": 1 / 3.0, "b": 1 / 3, "c": 1 / 3]))
    #expect(try mixture("temperature=inf", tokens) == uniform)
  }

  @Test func `numbers of tokens as large as any do not overflow, whatever the temperature`() throws
  {
    let cold = try mixture("temperature=0.01", ["a": 1e12, "b": 1e13])
    #expect(cold["b"] == 1)
    let hot = try mixture("temperature=1000", ["a": 1e-300, "b": 1e300])
    #expect(abs(hot["a"]! + hot["b"]! - 1) < 1e-15 && hot["a"]! > 0.1)
  }

  @Test func `unimax is uniform but for domains that would be repeated too often`() throws {
    // A budget of 1000: a gives 2 epochs of 50; the other 900 are 450 each, of which b has 2 · 200;
    // c takes the 500 that are left.
    let tokens = ["a": 50.0, "b": 200, "c": 2000]
    let capped = try mixture("unimax=2", tokens, training: 1000)
    #expect(isClose(capped, ["a": 0.1, "b": 0.4, "c": 0.5]))
    let free = try mixture("unimax=20", tokens, training: 1000)
    #expect(isClose(free, ["a": 1 / 3.0, "b": 1 / 3, "c": 1 / 3]))
    // Exactly full: every domain at its cap, so natural.
    let full = try mixture("unimax=2", tokens, training: 4500)
    #expect(isClose(full, ["a": 50 / 2250.0, "b": 200 / 2250, "c": 2000 / 2250]))
  }

  @Test func `rules that say nothing are refused`() {
    for text in [
      "", "natural=1", "uniform=2", "temperature", "temperature=", "temperature=0",
      "temperature=-1", "temperature=nan", "unimax", "unimax=0", "unimax=inf", "unimax=x",
      "other=1",
      "temperature=1=2",
    ] { #expect(BaselineRule(text) == nil, "\(text)") }
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
    let ids = [
      "natural", "uniform", "temperature=1", "temperature=inf", "temperature=3.3", "unimax=4",
    ]
    .compactMap { BaselineRule($0)?.id }
    #expect(ids == ["natural", "uniform", "natural", "uniform", "temperature-3.3", "unimax-4"])
  }
}
