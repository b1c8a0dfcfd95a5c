package import ArgumentParser
package import Formats
package import Storage

/// The flags that say how much of each domain there is, and how much of it a mixture may use.
package struct InventoryOptions: ParsableArguments {
  @Option(
    help: .init(
      "Table of domains: names, bounds of weights, and (with --train-tokens) caps on epochs.",
      valueName: "file"))
  package var domains: String?

  @Option(
    parsing: .upToNextOption,
    help: .init(
      "Manifests of the domains' tokens, which say how many there are.", valueName: "file"))
  package var manifests: [String] = []

  @Option(help: .init("Tokens that the run will train on.", valueName: "count"))
  package var trainTokens: Int?

  @Option(
    help: .init(
      "How often a domain's tokens may be repeated, unless the table says so.", valueName: "times"))
  package var maxEpochs: Double?

  package init() {}

  /// Checks that the flags make sense together.
  ///
  /// - Throws: `ValidationError` if they do not.
  package mutating func validate() throws {
    if let trainTokens, trainTokens <= 0 {
      throw ValidationError("--train-tokens must be positive")
    }
    if let maxEpochs, !(maxEpochs > 0) { throw ValidationError("--max-epochs must be positive") }
    if maxEpochs != nil, trainTokens == nil {
      throw ValidationError("--max-epochs needs --train-tokens")
    }
  }

  /// Reads the table and the manifests.
  ///
  /// - Throws: `FileError` if one cannot be read, or two manifests are of one domain.
  package func read() throws(FileError) -> Inventory {
    var table: DomainTable?
    if let domains { table = try DomainTable(domains) }
    var available: [String: Double] = [:]
    for path in manifests {
      let manifest = try TokenManifest(path)
      let tokens = manifest.splits["train"]?.amount.tokens ?? 0
      guard available.updateValue(Double(tokens), forKey: manifest.domain) == nil else {
        throw .content(path: path, problem: "domain \(manifest.domain) was given already")
      }
    }
    for domain in table?.domains ?? [] {
      if let tokens = domain.availableTokens { available[domain.name] = tokens }
    }
    return Inventory(
      table: table, availableTokens: available, trainTokens: trainTokens.map { Double($0) },
      maxEpochs: maxEpochs)
  }
}

/// How much there is to train on, and how much of it a run uses.
package struct Inventory: Sendable {
  package let table: DomainTable?
  /// The number of training tokens of each domain, where it is known.
  package let availableTokens: [String: Double]
  /// The number of tokens that the run trains on.
  package let trainTokens: Double?
  /// The number of times that tokens may be repeated, unless the table says so for a domain.
  package let maxEpochs: Double?

  /// A bound on one domain's weight and where it comes from: `epochs` or `asked`.
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
  /// - Throws: `UsageError` if a domain has a cap, and nothing says how many tokens it has.
  package func maxima(of domains: [String]) throws(UsageError) -> [Limit] {
    var limits: [Limit] = []
    for domain in domains {
      let row = table?.domains.first { $0.name == domain }
      if let weight = row?.maximumWeight {
        limits.append(Limit(domain: domain, value: weight, reason: "asked"))
      }
      guard let trainTokens, let epochs = row?.maximumEpochs ?? maxEpochs else { continue }
      guard let tokens = availableTokens[domain] else {
        throw UsageError(
          "\(domain): a cap of \(epochs) epochs, but nothing says how many tokens there are; "
            + "give its manifest")
      }
      limits.append(
        Limit(domain: domain, value: epochs * tokens / trainTokens, reason: "epochs"))
    }
    return limits
  }

  /// How often each domain is read in a run of `weights`, or nil if that is not known of all.
  package func epochs(of weights: [String: Double]) -> [String: Double]? {
    guard let trainTokens, weights.keys.allSatisfy({ availableTokens[$0] ?? 0 > 0 }) else {
      return nil
    }
    var epochs: [String: Double] = [:]
    for (domain, weight) in weights {
      epochs[domain] = weight * trainTokens / (availableTokens[domain] ?? 1)
    }
    return epochs
  }
}
