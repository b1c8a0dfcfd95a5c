import Glibc
package import Storage

/// A rule that makes a mixture to compare with of the numbers of tokens that there are.
package enum BaselineRule: Equatable, Sendable {
  /// Weights in proportion to tokens^(1/T), as multilingual models are trained: T = 1 is natural,
  /// and a larger T gives small domains more. Infinity is uniform.
  ///
  /// Source: Conneau et al. 2020, arXiv:1911.02116, section 3.1, where 1/T is α = 0.3.
  case temperature(Double)
  /// As uniform as a number of epochs of each domain allows.
  ///
  /// Source: Chung et al. 2023, arXiv:2304.09151, algorithm 1.
  case unimax(epochs: Double)

  package static let natural = temperature(1)
  package static let uniform = temperature(.infinity)

  /// Creates the rule that is written as `natural`, `uniform`, `temperature=3.3` or `unimax=4`, or
  /// returns nil if there is no such rule or its number is not positive.
  package init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count == 2 ? Self.number(parts[1]) : nil) {
    case ("natural", nil) where parts.count == 1: self = .natural
    case ("uniform", nil) where parts.count == 1: self = .uniform
    case ("temperature", let value?) where value > 0: self = .temperature(value)
    case ("unimax", let value?) where value > 0 && value.isFinite: self = .unimax(epochs: value)
    default: return nil
    }
  }

  /// The id of the mixture: `natural`, `uniform`, `temperature-3.3` or `unimax-4`.
  package var id: String {
    switch self {
    case .temperature(1): "natural"
    case .temperature(.infinity): "uniform"
    case .temperature(let value): "temperature-" + Self.spelled(value)
    case .unimax(let epochs): "unimax-" + Self.spelled(epochs)
    }
  }

  private static func number(_ text: Substring) -> Double? {
    text == "inf" ? .infinity : decimal(text)
  }

  private static func spelled(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Returns the mixture of `domains` by this rule.
  ///
  /// - Throws: `BaselineRuleError` if the tokens of a domain that count are not known or none, or
  ///   they do not fill the budget.
  package func mixture(
    of domains: [String], in stock: Inventory
  ) throws(BaselineRuleError) -> [String: Double] {
    if self == .uniform {
      return domains.reduce(into: [:]) { $0[$1] = 1 / Double(domains.count) }
    }
    var tokens: [(name: String, count: Double)] = []
    for domain in domains {
      guard let count = stock.availableTokens[domain] else { throw .unknownTokens(id, domain) }
      guard count > 0 else { throw .noTokens(id, domain) }
      tokens.append((domain, count))
    }
    switch self {
    case .temperature(let temperature):
      // Of the largest's share, so that no power overflows.
      let most = tokens.map(\.count).max() ?? 1
      return Self.normalized(tokens.map { ($0.name, pow($0.count / most, 1 / temperature)) })
    case .unimax(let epochs):
      guard let budget = stock.trainTokens else { throw .noBudget(id) }
      return Self.normalized(try filled(tokens, epochs: epochs, budget: budget))
    }
  }

  /// The tokens of each domain: its share of what is left of the budget, from the smallest domain
  /// on, but no more than its epochs.
  private func filled(
    _ tokens: [(name: String, count: Double)], epochs: Double, budget: Double
  ) throws(BaselineRuleError) -> [(name: String, count: Double)] {
    let most = tokens.reduce(0) { $0 + $1.count } * epochs
    guard most >= budget else { throw .unfilled(id, most: most, budget: budget) }
    var left = budget
    var taken: [(name: String, count: Double)] = []
    let ordered = tokens.sorted { ($0.count, $0.name) < ($1.count, $1.name) }
    for (index, domain) in ordered.enumerated() {
      let share = min(domain.count * epochs, left / Double(ordered.count - index))
      taken.append((domain.name, share))
      left -= share
    }
    return taken
  }

  private static func normalized(_ parts: [(name: String, count: Double)]) -> [String: Double] {
    let sum = parts.reduce(0) { $0 + $1.count }
    return parts.reduce(into: [:]) { $0[$1.name] = $1.count / sum }
  }
}

/// The reason why a rule makes no mixture.
package enum BaselineRuleError: ReportableError, Equatable {
  case unknownTokens(String, String)
  case noTokens(String, String)
  case noBudget(String)
  case unfilled(String, most: Double, budget: Double)

  package var kind: FailureKind { .usage }
  package var message: String {
    switch self {
    case .unknownTokens(let rule, let domain):
      "\(rule): nothing says how many tokens \(domain) has; give its manifest with --manifests"
    case .noTokens(let rule, let domain):
      "\(rule): \(domain) has no training tokens; leave it out of --domains"
    case .noBudget(let rule): "\(rule): needs --train-tokens"
    case .unfilled(let rule, let most, let budget):
      "\(rule): so many epochs of all domains are \(Int(most.rounded(.down))) tokens, fewer than "
        + "the \(Int(budget)) of --train-tokens; allow more epochs, or train on fewer tokens"
    }
  }
}
