package import Formats
package import Storage

/// The data that there are to train on, and how much of them a run uses.
package struct Inventory: Sendable {
  package let table: DomainTable?
  /// The number of training tokens of each domain, where it is known.
  package let availableTokens: [String: Double]
  /// The number of tokens that the run trains on.
  package let trainTokens: Double?
  /// The number of times that tokens may be repeated, unless the table says so for a domain.
  package let maxEpochs: Double?

  package init(
    table: DomainTable?, availableTokens: [String: Double], trainTokens: Double?, maxEpochs: Double?
  ) {
    (self.table, self.availableTokens) = (table, availableTokens)
    (self.trainTokens, self.maxEpochs) = (trainTokens, maxEpochs)
  }

  /// A bound on one domain's weight and its origin, `epochs` or `asked`.
  package struct Limit: Sendable {
    package let domain: String
    package let value: Double
    package let reason: String
  }

  /// The table's smallest weights.
  package var minima: [Limit] {
    (table?.domains ?? []).compactMap { domain in
      domain.minimumWeight.map { Limit(domain: domain.name, value: $0, reason: "asked") }
    }
  }

  /// The table's largest weights, and those that the caps on epochs allow.
  ///
  /// - Throws: `InventoryError` if a domain has a cap, and nothing says how many tokens it has.
  package func maxima(of domains: [String]) throws(InventoryError) -> [Limit] {
    var limits: [Limit] = []
    for domain in domains {
      let row = table?.domains.first { $0.name == domain }
      if let weight = row?.maximumWeight {
        limits.append(Limit(domain: domain, value: weight, reason: "asked"))
      }
      guard let trainTokens, let epochs = row?.maximumEpochs ?? maxEpochs else { continue }
      guard let tokens = availableTokens[domain] else {
        throw .unknownTokens(domain: domain, epochs: epochs)
      }
      limits.append(
        Limit(domain: domain, value: epochs * tokens / trainTokens, reason: "epochs"))
    }
    return limits
  }

  /// Returns the shares of the domains in the training tokens there are, or nil if these are not
  /// known of all.
  package func shares(of domains: [String]) -> [Double]? {
    let tokens = domains.compactMap { availableTokens[$0] }
    let sum = tokens.reduce(0, +)
    return tokens.count == domains.count && sum > 0 ? tokens.map { $0 / sum } : nil
  }

  /// Returns how often each part is read in a run of weight 1, a group as its largest domain.
  ///
  /// - Returns: The epochs by part, in their order; nil if they are not known of all.
  package func epochsAtFullWeight(of groups: DomainGroups) -> [Double]? {
    guard let trainTokens else { return nil }
    var largest = groups.parts.map { _ in (ratio: 0.0, epochs: 0.0) }
    for (domain, (part, ratio)) in zip(groups.domains, zip(groups.partOf, groups.ratios)) {
      guard let tokens = availableTokens[domain], tokens > 0 else { return nil }
      if ratio > largest[part].ratio { largest[part] = (ratio, ratio * trainTokens / tokens) }
    }
    return largest.map(\.epochs)
  }

  /// Returns how often each domain is read in a run of `mixture`.
  ///
  /// - Returns: The epochs by domain, or nil if they are not known of all.
  package func epochs(of mixture: Mixture) -> [String: Double]? {
    guard let trainTokens else { return nil }
    var epochs: [String: Double] = [:]
    for (domain, weight) in zip(mixture.domains, mixture.weights) {
      guard let tokens = availableTokens[domain], tokens > 0 else { return nil }
      epochs[domain] = weight * trainTokens / tokens
    }
    return epochs
  }
}

/// The reason why the bounds of an inventory are not known.
package enum InventoryError: ReportableError, Equatable {
  case unknownTokens(domain: String, epochs: Double)

  package var kind: FailureKind { .usage }
  package var message: String {
    switch self {
    case .unknownTokens(let domain, let epochs):
      "\(domain): a cap of \(epochs) epochs, but nothing says how many tokens there are; "
        + "give its manifest"
    }
  }
}
